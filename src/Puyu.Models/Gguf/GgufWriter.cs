using System.Text;
using Puyu.Abstractions;
using Puyu.Tensors;

namespace Puyu.Models.Gguf;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Name in the file, at most 64 bytes.</param>
/// <param name="Format">How its elements are stored.</param>
/// <param name="Shape">Outermost dimension first.</param>
/// <param name="Write">Writes the elements, <see cref="BlockFormat.BytesOf"/> of them.</param>
internal sealed record GgufOutput(string Name, BlockFormat Format, Shape Shape, Action<Stream> Write);

/// <summary>Writes GGUF files of version 3, streaming, whole or not at all.</summary>
internal static class GgufWriter
{
    private const uint Version = 3;

    /// <summary>Writes one file.</summary>
    /// <param name="path">Replaced if it exists.</param>
    /// <param name="metadata">
    /// Keys in the order of the file; values are strings, booleans, uint, int, float, or arrays of these or of bytes.
    /// </param>
    /// <param name="tensors">In the order of the file.</param>
    /// <exception cref="IOException">The file cannot be written; an old one is untouched.</exception>
    public static void Write(
        string path, IReadOnlyList<KeyValuePair<string, object>> metadata, IReadOnlyList<GgufOutput> tensors) =>
        AtomicFile.Write(path, stream =>
        {
            byte[] header = Header(metadata, tensors);
            stream.Write(header);
            long written = header.Length;
            foreach (GgufOutput tensor in tensors)
            {
                tensor.Write(stream);
                long bytes = tensor.Format.BytesOf(tensor.Shape.Count);
                stream.Write(new byte[Aligned(bytes) - bytes]);
                written += Aligned(bytes);
                if (stream.Position != written)
                {
                    throw new InvalidOperationException(
                        $"{tensor.Name} wrote up to {stream.Position} but its {bytes} bytes end before {written}");
                }
            }
        });

    private static byte[] Header(
        IReadOnlyList<KeyValuePair<string, object>> metadata, IReadOnlyList<GgufOutput> tensors)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        writer.Write(GgufReader.Magic);
        writer.Write(Version);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)metadata.Count);
        foreach ((string key, object value) in metadata)
        {
            WriteString(writer, key);
            WriteValue(writer, value);
        }

        long offset = 0;
        foreach (GgufOutput tensor in tensors)
        {
            WriteString(writer, tensor.Name);
            writer.Write((uint)tensor.Shape.Rank);
            foreach (int dim in tensor.Shape.Reverse())
            {
                writer.Write((ulong)dim);
            }

            writer.Write((uint)tensor.Format.Type);
            writer.Write((ulong)offset);
            offset += Aligned(tensor.Format.BytesOf(tensor.Shape.Count));
        }

        writer.Write(new byte[Aligned(buffer.Length) - buffer.Length]);
        return buffer.ToArray();
    }

    private static long Aligned(long bytes) =>
        (bytes + GgufReader.DefaultAlignment - 1) / GgufReader.DefaultAlignment * GgufReader.DefaultAlignment;

    private static void WriteValue(BinaryWriter writer, object value)
    {
        if (value is not Array items)
        {
            writer.Write(TypeOf(value.GetType()));
            WriteItem(writer, value);
            return;
        }

        writer.Write(9u);
        writer.Write(TypeOf(items.GetType().GetElementType()!));
        writer.Write((ulong)items.Length);
        foreach (object item in items)
        {
            WriteItem(writer, item);
        }
    }

    private static uint TypeOf(Type type) => type switch
    {
        _ when type == typeof(byte) => 0,
        _ when type == typeof(uint) => 4,
        _ when type == typeof(int) => 5,
        _ when type == typeof(float) => 6,
        _ when type == typeof(bool) => 7,
        _ when type == typeof(string) => 8,
        _ => throw new ArgumentException($"metadata hold {type.Name} but must be strings, booleans, numbers or arrays"),
    };

    private static void WriteItem(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                WriteString(writer, text);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            case byte number:
                writer.Write(number);
                break;
            case uint number:
                writer.Write(number);
                break;
            case int number:
                writer.Write(number);
                break;
            default:
                writer.Write((float)value);
                break;
        }
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)utf8.Length);
        writer.Write(utf8);
    }
}
