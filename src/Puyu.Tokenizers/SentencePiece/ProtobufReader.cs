using System.Buffers.Binary;
using System.Globalization;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>What follows a field's tag.</summary>
internal enum WireType
{
    /// <summary>Base-128 integer.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length, then as many bytes.</summary>
    Bytes = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}

/// <summary>Reads the protocol buffers wire format: tags and values, in the order of the file.</summary>
/// <remarks>
/// Strict: a truncated value, a varint beyond 64 bits, field number 0 and groups are errors that name the offset in the
/// file. Allocates nothing. Source: Protocol Buffers Documentation, "Encoding".
/// </remarks>
/// <param name="message">The message; a nested one is a slice of the file.</param>
/// <param name="offset">Where the message begins in the file; for error messages.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, int offset)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>Number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>How the value of the field is written.</summary>
    public WireType Type { get; private set; }

    /// <summary>Offset in the file of what is read next.</summary>
    public readonly int Offset => offset + _at;

    /// <summary>Reads the next tag; false at the end of the message.</summary>
    /// <exception cref="InvalidDataException">The tag is no tag.</exception>
    public bool TryReadTag()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        int start = Offset;
        ulong tag = ReadVarint();
        ulong field = tag >> 3;
        int type = (int)(tag & 7);
        if (field is 0 or >= 1 << 29 || type is not (0 or 1 or 2 or 5))
        {
            throw At(start, $"the tag is {tag} but must name a field and one of the wire types 0, 1, 2 and 5");
        }

        (Field, Type) = ((int)field, (WireType)type);
        return true;
    }

    /// <summary>Reads a bool, enum, int32 or uint32.</summary>
    public int ReadInt32()
    {
        Require(WireType.Varint);
        return (int)ReadVarint();
    }

    /// <summary>Reads a float.</summary>
    public float ReadSingle()
    {
        Require(WireType.Fixed32);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    /// <summary>Reads bytes, a string or a nested message; a slice of the file.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        Require(WireType.Bytes);
        return Take(ReadVarint());
    }

    /// <summary>Passes over a value.</summary>
    public void Skip()
    {
        _ = Type switch
        {
            WireType.Varint => ReadVarint(),
            WireType.Fixed64 => (ulong)Take(8).Length,
            WireType.Fixed32 => (ulong)Take(4).Length,
            _ => (ulong)Take(ReadVarint()).Length,
        };
    }

    private readonly void Require(WireType type)
    {
        if (Type != type)
        {
            throw At(Offset, $"field {Field} is written as {Type} but must be {type}");
        }
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        int start = Offset;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return shift == 63 && part > 1 ? throw At(start, $"a varint has more than {64} bits") : value;
            }
        }

        throw At(start, $"a varint has more than {64} bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_message.Length - _at))
        {
            throw At(Offset, $"{count} bytes are announced but {_message.Length - _at} are left in the message");
        }

        ReadOnlySpan<byte> taken = _message.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    private static InvalidDataException At(int offset, FormattableString what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"offset {offset}: {FormattableString.Invariant(what)}"));
}
