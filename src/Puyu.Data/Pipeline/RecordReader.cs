using System.Buffers.Binary;
using System.Text;

namespace Puyu.Data.Pipeline;

/// <summary>Reads what <see cref="RecordWriter"/> wrote.</summary>
internal sealed class RecordReader : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _path;
    private readonly long _fileBytes;
    private byte[] _buffer = new byte[1 << 16];
    private int _length;
    private int _position;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="magic">What it begins with.</param>
    /// <param name="bufferBytes">Read at a time: many to read all records, few to seek single ones.</param>
    /// <exception cref="InvalidDataException">It is of another kind or version.</exception>
    public RecordReader(string path, ReadOnlySpan<byte> magic, int bufferBytes = 1 << 16)
    {
        _path = path;
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferBytes);
        _fileBytes = _stream.Length; // asked once: it is a call of the system
        Span<byte> actual = stackalloc byte[magic.Length];
        if (_stream.ReadAtLeast(actual, magic.Length, throwOnEndOfStream: false) < magic.Length
            || !actual.SequenceEqual(magic))
        {
            _stream.Dispose();
            throw new InvalidDataException(
                $"{path} begins otherwise than '{Encoding.ASCII.GetString(magic)}'; delete it, and it is made again");
        }
    }

    /// <summary>Goes to the next record; false at the end of the file.</summary>
    /// <exception cref="InvalidDataException">The file ends inside a record.</exception>
    public bool Next()
    {
        long start = _stream.Position;
        Span<byte> prefix = stackalloc byte[RecordWriter.LengthBytes];
        int read = _stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        if (read == 0)
        {
            return false;
        }

        _length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        _position = 0;
        if (read == prefix.Length && _length >= 0 && _length <= _fileBytes - _stream.Position)
        {
            if (_buffer.Length < _length)
            {
                _buffer = new byte[Math.Max(_length, (int)Math.Min(2L * _buffer.Length, Array.MaxLength))];
            }

            _stream.ReadExactly(_buffer.AsSpan(0, _length));
            return true;
        }

        throw new InvalidDataException(
            FormattableString.Invariant($"{_path} ends inside the record at {start}; delete it, and it is made again"));
    }

    /// <summary>Goes to the record at an offset that the writer gave.</summary>
    public void Seek(long offset) => _stream.Position = offset;

    /// <summary>As <see cref="RecordWriter.Number"/> wrote it.</summary>
    public long Number()
    {
        ulong number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = _buffer[_position++];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)number;
            }
        }
    }

    /// <summary>As <see cref="RecordWriter.Single"/> wrote it.</summary>
    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    /// <summary>As <see cref="RecordWriter.Key"/> wrote it.</summary>
    public UInt128 Key() => BinaryPrimitives.ReadUInt128LittleEndian(Take(16));

    /// <summary>As <see cref="RecordWriter.Blob"/> wrote it; valid until the next record.</summary>
    public ReadOnlySpan<byte> Blob() => Take((int)Number());

    /// <summary>As <see cref="RecordWriter.Text"/> wrote it.</summary>
    public string Text() => Encoding.UTF8.GetString(Blob());

    /// <summary>As <see cref="RecordWriter.Text"/> wrote it, without a copy where it is the one expected.</summary>
    public string Text(string expected)
    {
        ReadOnlySpan<byte> bytes = Blob();
        return Encoding.UTF8.GetCharCount(bytes) == expected.Length && Ascii.Equals(bytes, expected)
            ? expected
            : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>As <see cref="RecordWriter.TextOrNull"/> wrote it.</summary>
    public string? TextOrNull() => Number() == 0 ? null : Text();

    /// <summary>As <see cref="RecordWriter.Source"/> wrote it.</summary>
    /// <param name="file">The file it probably names: most documents name the one the last did.</param>
    public DocumentSource Source(string file = "") => new(Text(file), Number(), (int)Number());

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private ReadOnlySpan<byte> Take(int bytes)
    {
        ReadOnlySpan<byte> taken = _buffer.AsSpan(_position, bytes);
        _position += bytes;
        return taken;
    }
}
