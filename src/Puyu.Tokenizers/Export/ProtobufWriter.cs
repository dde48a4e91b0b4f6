using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Export;

/// <summary>Writes the protocol buffers wire format; <see cref="ProtobufReader"/> reads it.</summary>
/// <remarks>Source: Protocol Buffers Documentation, "Encoding".</remarks>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _message = new();

    /// <summary>The message so far.</summary>
    public ReadOnlySpan<byte> Written => _message.WrittenSpan;

    /// <summary>Writes an int32, enum or uint32 of 0 or more.</summary>
    public void Write(int field, int value)
    {
        WriteTag(field, WireType.Varint);
        WriteVarint((uint)value);
    }

    /// <summary>Writes a bool.</summary>
    public void Write(int field, bool value) => Write(field, value ? 1 : 0);

    /// <summary>Writes a float.</summary>
    public void Write(int field, float value)
    {
        WriteTag(field, WireType.Fixed32);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _message.Write(bytes);
    }

    /// <summary>Writes a string.</summary>
    public void Write(int field, string value) => Write(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Writes bytes or a nested message.</summary>
    public void Write(int field, ReadOnlySpan<byte> value)
    {
        WriteTag(field, WireType.Bytes);
        WriteVarint((uint)value.Length);
        _message.Write(value);
    }

    private void WriteTag(int field, WireType type) => WriteVarint((uint)((field << 3) | (int)type));

    private void WriteVarint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _message.Write([(byte)(value | 0x80)]);
        }

        _message.Write([(byte)value]);
    }
}
