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

    private static bool TryWriteNumber(BinaryWriter writer, JsonValue element, TensorDatatype datatype) =>
        datatype switch
        {
            TensorDatatype.Int8 => TryWrite<sbyte>(element, writer.Write),
            TensorDatatype.Int16 => TryWrite<short>(element, writer.Write),
            TensorDatatype.Int32 => TryWrite<int>(element, writer.Write),
            TensorDatatype.Int64 => TryWrite<long>(element, writer.Write),
            TensorDatatype.UInt8 => TryWrite<byte>(element, writer.Write),
            TensorDatatype.UInt16 => TryWrite<ushort>(element, writer.Write),
            TensorDatatype.UInt32 => TryWrite<uint>(element, writer.Write),
            TensorDatatype.UInt64 => TryWrite<ulong>(element, writer.Write),
            TensorDatatype.Fp32 => TryWrite<float>(element, writer.Write),
            TensorDatatype.Fp64 => TryWrite<double>(element, writer.Write),
            _ => false,
        };

    private static bool TryWrite<T>(JsonValue element, Action<T> write)
        where T : struct
    {
        if (!element.TryGetValue(out T value))
        {
            return false;
        }

        write(value);
        return true;
    }
}
