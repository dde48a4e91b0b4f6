using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Puyu.Serving.KServe;

/// <summary>Elements of tensors as JSON has them: a list, nested by rows or not.</summary>
internal static class JsonElements
{
    /// <summary>Reads the elements as raw bytes.</summary>
    /// <exception cref="ApiException">One does not fit the datatype.</exception>
    public static byte[] Read(JsonNode? data, TensorDatatype datatype, string tensor)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        Append(data as JsonArray ?? throw ApiException.Invalid($"tensor \"{tensor}\" needs data, a list", tensor));
        writer.Flush();
        return bytes.ToArray();

        void Append(JsonArray list)
        {
            foreach (JsonNode? element in list)
            {
                if (element is JsonArray row)
                {
                    Append(row);
                }
                else if (!TryWrite(writer, element as JsonValue, datatype))
                {
                    throw ApiException.Invalid(
                        $"tensor \"{tensor}\" has the element {element?.ToJsonString() ?? "null"}, "
                        + $"which is not {datatype.Name()}", tensor);
                }
            }
        }
    }

    private static bool TryWrite(BinaryWriter writer, JsonValue? element, TensorDatatype datatype)
    {
        switch (element?.GetValueKind())
        {
            case JsonValueKind.String when datatype == TensorDatatype.Bytes:
                InferenceTensor.Append(writer.BaseStream, Encoding.UTF8.GetBytes(element.GetValue<string>()));
                return true;
            case JsonValueKind.True or JsonValueKind.False when datatype == TensorDatatype.Bool:
                writer.Write(element.GetValue<bool>());
                return true;
            case JsonValueKind.Number:
                return TryWriteNumber(writer, element, datatype);
            default:
                return false;
        }
    }

    private static bool TryWriteNumber(BinaryWriter writer, JsonValue element, TensorDatatype datatype)
    {
        switch (datatype)
        {
            case TensorDatatype.Int32 when element.TryGetValue(out int value):
                writer.Write(value);
                return true;
            case TensorDatatype.UInt32 when element.TryGetValue(out uint value):
                writer.Write(value);
                return true;
            case TensorDatatype.Int64 when element.TryGetValue(out long value):
                writer.Write(value);
                return true;
            case TensorDatatype.UInt64 when element.TryGetValue(out ulong value):
                writer.Write(value);
                return true;
            case TensorDatatype.Int8 when element.TryGetValue(out sbyte value):
                writer.Write(value);
                return true;
            case TensorDatatype.UInt8 when element.TryGetValue(out byte value):
                writer.Write(value);
                return true;
            case TensorDatatype.Int16 when element.TryGetValue(out short value):
                writer.Write(value);
                return true;
            case TensorDatatype.UInt16 when element.TryGetValue(out ushort value):
                writer.Write(value);
                return true;
            case TensorDatatype.Fp32 when element.TryGetValue(out float value):
                writer.Write(value);
                return true;
            case TensorDatatype.Fp64 when element.TryGetValue(out double value):
                writer.Write(value);
                return true;
            default:
                return false;
        }
    }
}
