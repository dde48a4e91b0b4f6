using System.Buffers.Binary;
using System.Text;

namespace Puyu.Data.Pipeline;

/// <summary>
/// Writes the files that a run keeps for itself: records of numbers and texts, each behind its length.
/// docs/data-engine.md lists the files.
/// </summary>
/// <remarks>Bound by the conversion to UTF-8, at some gigabytes a second; nothing is compressed.</remarks>
internal sealed class RecordWriter
{
    public const int LengthBytes = sizeof(int);

    private readonly Stream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _length = LengthBytes;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">At its beginning; left open.</param>
    /// <param name="magic">Eight bytes that name the kind of file and its version.</param>
    public RecordWriter(Stream stream, ReadOnlySpan<byte> magic)
    {
        _stream = stream;
        stream.Write(magic);
    }

    /// <summary>Bytes of records so far, the one begun included.</summary>
    public long Bytes { get; private set; }

    /// <summary>A number that is not negative, 7 bits a byte.</summary>
    public void Number(long number)
    {
        Reserve(10);
        ulong rest = (ulong)number;
        while (rest >= 0x80)
        {
            _buffer[_length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _buffer[_length++] = (byte)rest;
    }

    /// <summary>32 bits of a number.</summary>
    public void Single(float number)
    {
        Reserve(sizeof(float));
        BinaryPrimitives.WriteSingleLittleEndian(_buffer.AsSpan(_length), number);
        _length += sizeof(float);
    }

    /// <summary>128 bits.</summary>
    public void Key(UInt128 key)
    {
        Reserve(16);
        BinaryPrimitives.WriteUInt128LittleEndian(_buffer.AsSpan(_length), key);
        _length += 16;
    }

    /// <summary>Bytes behind their number.</summary>
    public void Blob(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>A text in UTF-8 behind its number of bytes.</summary>
    /// <returns>That number.</returns>
    public int Text(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        Number(bytes);
        Reserve(bytes);
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
        return bytes;
    }

    /// <summary>A text, or null.</summary>
    public void TextOrNull(string? text)
    {
        Number(text is null ? 0 : 1);
        if (text is not null)
        {
            Text(text);
        }
    }

    /// <summary>Where a document was read.</summary>
    public void Source(in DocumentSource source)
    {
        Text(source.File);
        Number(source.Offset);
        Number(source.Index);
    }

    /// <summary>Ends a record and writes it.</summary>
    public void End()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer, _length - LengthBytes);
        _stream.Write(_buffer, 0, _length);
        Bytes += _length;
        _length = LengthBytes;
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            long size = Math.Max((long)_buffer.Length * 2, (long)_length + bytes);
            Array.Resize(ref _buffer, (int)Math.Min(size, Array.MaxLength));
        }
    }
}
