using System.Buffers.Text;
using Puyu.Abstractions;

namespace Puyu.Data.InternEvo;

/// <summary>Writes InternEvo's tokenized format: a <c>.bin</c> of JSON lines and its <c>.bin.meta</c>.</summary>
/// <remarks>
/// Byte for byte what InternEvo's tokenizer tool writes, but the index has 64-bit integers once the file passes 2 GiB,
/// where the tool's 32 bits overflow.
/// </remarks>
public sealed class InternEvoWriter
{
    private const int MaxIdBytes = 13; // a sign, ten digits, a comma and a space

    private readonly Stream _stream;
    private readonly List<(long Offset, long Tokens)> _index = [];
    private byte[] _line = [];
    private long _offset;

    private InternEvoWriter(Stream stream)
    {
        _stream = stream;
    }

    /// <summary>
    /// Writes both files, each whole or not at all; the index last, so that it is never without its file.
    /// </summary>
    /// <param name="path">The .bin file; the index gets .meta appended.</param>
    /// <param name="write">Adds the samples.</param>
    /// <exception cref="ArgumentException">The path does not end in .bin.</exception>
    public static void Write(string path, Action<InternEvoWriter> write)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        if (!path.EndsWith(".bin", StringComparison.Ordinal))
        {
            throw new ArgumentException($"path is {path} but must end in .bin, or InternEvo does not find it");
        }

        List<(long Offset, long Tokens)> index = [];
        AtomicFile.Write(path, stream =>
        {
            var writer = new InternEvoWriter(stream);
            write(writer);
            index = writer._index;
        });
        AtomicFile.Write(path + ".meta", stream => NpyTable.Write(stream, index));
    }

    /// <summary>Adds a sample.</summary>
    /// <param name="tokenIds">
    /// Ids; a negative one stands for its absolute value without loss. The format cannot train on id 0.
    /// </param>
    public void Add(ReadOnlySpan<int> tokenIds)
    {
        ReadOnlySpan<byte> head = "{\"tokens\": ["u8;
        ReadOnlySpan<byte> tail = "]}\n"u8;
        long most = head.Length + ((long)MaxIdBytes * tokenIds.Length) + tail.Length;
        if (_line.Length < most)
        {
            _line = new byte[Math.Max(most, Math.Min(2L * _line.Length, Array.MaxLength))];
        }

        head.CopyTo(_line);
        int length = head.Length;
        foreach (int id in tokenIds)
        {
            Utf8Formatter.TryFormat(id, _line.AsSpan(length), out int written);
            length += written;
            ", "u8.CopyTo(_line.AsSpan(length));
            length += 2;
        }

        length -= tokenIds.IsEmpty ? 0 : 2;
        tail.CopyTo(_line.AsSpan(length));
        length += tail.Length;
        _stream.Write(_line, 0, length);
        _index.Add((_offset, tokenIds.Length));
        _offset += length;
    }
}
