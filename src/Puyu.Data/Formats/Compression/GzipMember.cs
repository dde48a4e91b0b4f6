using System.Buffers.Binary;

namespace Puyu.Data.Formats;

/// <summary>Reads the members of a gzip file one by one.</summary>
/// <param name="file">The file; must outlive this.</param>
internal sealed unsafe class GzipMember(MappedFile file)
{
    private const int FixedHeaderBytes = 10;
    private const int TrailerBytes = 8;

    private readonly Inflater _inflater = new();
    private long _deflate;
    private uint _crc;
    private uint _plainBytes;

    /// <summary>Magic number and method.</summary>
    public static ReadOnlySpan<byte> Magic => [0x1F, 0x8B, 8];

    /// <summary>Where the member at hand begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Where it ends, once <see cref="Read"/> gave nothing; before, where reading is.</summary>
    public long End { get; private set; }

    /// <summary>Begins a member.</summary>
    /// <returns>False if there is no header at the offset.</returns>
    public bool TryBegin(long offset)
    {
        long header = HeaderBytes(offset);
        if (header < 0)
        {
            return false;
        }

        Offset = offset;
        _deflate = offset + header;
        End = _deflate;
        _crc = 0;
        _plainBytes = 0;
        _inflater.Begin(file.Bytes + _deflate, file.Length - _deflate);
        return true;
    }

    /// <summary>Decompresses a stretch.</summary>
    /// <returns>Valid until the next call; empty at the end of the member.</returns>
    /// <exception cref="InvalidDataException">The member is damaged or cut.</exception>
    public ReadOnlySpan<byte> Read()
    {
        ReadOnlySpan<byte> plain = _inflater.Read();
        End = _deflate + _inflater.Consumed;
        _crc = Crc32.Append(_crc, plain);
        _plainBytes += (uint)plain.Length;
        if (plain.IsEmpty)
        {
            ReadTrailer();
        }

        return plain;
    }

    /// <summary>Bytes of the header at an offset; −1 if there is none. Source: RFC 1952, § 2.3.</summary>
    private long HeaderBytes(long offset)
    {
        const int HasCrc = 2;
        const int HasExtra = 4;
        const int HasName = 8;
        const int HasComment = 16;
        if (file.Length - offset < FixedHeaderBytes + TrailerBytes)
        {
            return -1;
        }

        ReadOnlySpan<byte> header = file.Slice(offset, FixedHeaderBytes);
        int flags = header[3];
        if (!header.StartsWith(Magic) || flags > 31)
        {
            return -1;
        }

        long at = offset + FixedHeaderBytes;
        if ((flags & HasExtra) != 0)
        {
            at += at + 2 > file.Length ? file.Length : 2 + BinaryPrimitives.ReadUInt16LittleEndian(file.Slice(at, 2));
        }

        at = (flags & HasName) != 0 ? AfterZero(at) : at;
        at = (flags & HasComment) != 0 ? AfterZero(at) : at;
        at += (flags & HasCrc) != 0 ? 2 : 0;
        return at <= file.Length - TrailerBytes ? at - offset : -1;
    }

    private long AfterZero(long at)
    {
        const int MaxName = 1 << 12;
        if (at >= file.Length)
        {
            return file.Length;
        }

        int zero = file.Slice(at, (int)Math.Min(MaxName, file.Length - at)).IndexOf((byte)0);
        return zero < 0 ? file.Length : at + zero + 1;
    }

    private void ReadTrailer()
    {
        if (file.Length - End < TrailerBytes)
        {
            throw new InvalidDataException("the gzip member ends too early");
        }

        ReadOnlySpan<byte> trailer = file.Slice(End, TrailerBytes);
        End += TrailerBytes;
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _crc
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != _plainBytes)
        {
            throw new InvalidDataException("the gzip member does not match its checksum");
        }
    }
}
