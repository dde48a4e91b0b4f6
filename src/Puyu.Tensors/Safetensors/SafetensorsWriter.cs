using System.Buffers.Binary;
using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Tensors.Safetensors;

/// <summary>
/// Writes safetensors files: streaming, whole or not at all, and with the same bytes for the same tensors.
/// </summary>
/// <remarks>
/// Tensors stand in order of descending element size and then of name, so that each is aligned to its elements. The
/// header is padded to a multiple of 64 bytes, a cache line, so that rows of a mapped matrix do not straddle one more
/// line than they must.
/// </remarks>
public static unsafe class SafetensorsWriter
{
    private const int HeaderAlignment = 64;

    /// <summary>Elements converted at a time.</summary>
    private const int ChunkLength = 1 << 20;

    /// <summary>Writes one file.</summary>
    /// <param name="path">Replaced if it exists.</param>
    /// <param name="tensors">Tensors by their names in the file, in the memory of a host.</param>
    /// <param name="options">Storage type and metadata.</param>
    /// <exception cref="IOException">The file cannot be written; an old one is untouched.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, SafetensorsOptions options) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, options));

    /// <summary>Writes the content of a file from front to back.</summary>
    /// <param name="stream">Written to; not closed.</param>
    /// <param name="tensors">Tensors by their names in the file, in the memory of a host.</param>
    /// <param name="options">Storage type and metadata.</param>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, SafetensorsOptions options)
    {
        options = options.Validated();
        KeyValuePair<string, Tensor>[] ordered = [.. tensors
            .OrderByDescending(tensor => options.DTypeOf(tensor.Value).Size())
            .ThenBy(tensor => tensor.Key, StringComparer.Ordinal)];
        stream.Write(Header(ordered, options));
        foreach ((_, Tensor tensor) in ordered)
        {
            WriteElements(stream, tensor, options.DTypeOf(tensor));
        }
    }

    /// <summary>Bytes that a tensor takes in a file.</summary>
    internal static long BytesOf(Tensor tensor, SafetensorsOptions options) =>
        tensor.Count * options.DTypeOf(tensor).Size();

    private static byte[] Header(KeyValuePair<string, Tensor>[] ordered, SafetensorsOptions options)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[SafetensorsHeader.PrefixBytes]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, options.Metadata);
            long offset = 0;
            foreach ((string name, Tensor tensor) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", options.DTypeOf(tensor).ToString());
                WriteArray(json, "shape", tensor.Shape.Select(dim => (long)dim));
                WriteArray(json, "data_offsets", [offset, offset += BytesOf(tensor, options)]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % HeaderAlignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        byte[] bytes = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - SafetensorsHeader.PrefixBytes);
        return bytes;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<long> integers)
    {
        json.WriteStartArray(name);
        foreach (long integer in integers)
        {
            json.WriteNumberValue(integer);
        }

        json.WriteEndArray();
    }

    private static void WriteElements(Stream stream, Tensor tensor, DType dtype)
    {
        for (long first = 0; first < tensor.Count; first += ChunkLength)
        {
            using Scope scope = tensor.Backend.BeginScope();
            Tensor chunk = scope.ViewElements(tensor, [(int)Math.Min(ChunkLength, tensor.Count - first)], first);
            Tensor elements = dtype == tensor.DType ? chunk : scope.Cast(chunk, dtype);
            stream.Write(new ReadOnlySpan<byte>(elements.Pointer<byte>(), (int)elements.Bytes));
        }
    }
}
