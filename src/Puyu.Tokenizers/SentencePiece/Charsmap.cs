using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>
/// Compiled normalization rules: the longest prefix of the text that has a rule, and what it becomes.
/// </summary>
/// <remarks>
/// <para>
/// Layout: size of the trie in bytes (32 bits, little-endian), the trie, then replacements that end in a zero byte. The
/// trie is a Darts-clone double array. A unit of 32 bits holds, for an inner node, its label in bits 0–7, whether a
/// leaf follows in bit 8, and the offset to its children in bits 10–30, shifted by 8 where bit 9 is set; for a leaf,
/// bit 31 and the value: where the replacement begins.
/// </para>
/// <para>Source: Yata, Morita, Fuketa and Aoe, 2007 (Darts-clone); sentencepiece/src/normalizer.cc.</para>
/// </remarks>
internal sealed class Charsmap
{
    private const uint LeafFlag = 1u << 31;

    private readonly uint[] _trie;
    private readonly byte[] _replacements;

    /// <summary>Takes the blob of a model.</summary>
    /// <exception cref="InvalidDataException">The sizes do not fit, or the replacements are not UTF-8.</exception>
    public Charsmap(ReadOnlySpan<byte> blob)
    {
        uint size = blob.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(blob);
        if (size == 0 || size % 4 != 0 || size >= blob.Length - 4)
        {
            throw new InvalidDataException(
                $"the normalization rules have {blob.Length} bytes and announce a trie of {size}, but the trie is made "
                + "of 4-byte units and replacements follow it");
        }

        _trie = new uint[size / 4];
        blob.Slice(4, (int)size).CopyTo(MemoryMarshal.AsBytes(_trie.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(_trie, _trie);
        }

        _replacements = blob[(4 + (int)size)..].ToArray();
        if (_replacements[^1] != 0 || !System.Text.Unicode.Utf8.IsValid(_replacements))
        {
            throw new InvalidDataException("the replacements of the normalization rules are not UTF-8 that ends in 0");
        }
    }

    /// <summary>Replaces the longest prefix that has a rule.</summary>
    /// <param name="utf8">Not empty.</param>
    /// <param name="length">Bytes of the prefix; 0 where no rule fits.</param>
    /// <param name="replacement">What it becomes; may be empty.</param>
    /// <exception cref="InvalidDataException">The trie leads out of bounds.</exception>
    public bool TryReplace(ReadOnlySpan<byte> utf8, out int length, out ReadOnlySpan<byte> replacement)
    {
        length = 0;
        uint value = 0;
        uint node = Offset(_trie[0]);
        for (int i = 0; i < utf8.Length; i++)
        {
            node ^= utf8[i];
            if (node >= (uint)_trie.Length || (_trie[node] & (LeafFlag | 0xFF)) != utf8[i])
            {
                break;
            }

            uint unit = _trie[node];
            node ^= Offset(unit);
            if (((unit >> 8) & 1) != 0 && node < (uint)_trie.Length && IsCharacterEnd(utf8, i + 1))
            {
                (length, value) = (i + 1, _trie[node] & ~LeafFlag);
            }
        }

        replacement = length == 0 ? [] : Replacement(value);
        return length > 0;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    /// <summary>Rules replace whole characters; a damaged trie that cuts into one is not followed.</summary>
    private static bool IsCharacterEnd(ReadOnlySpan<byte> utf8, int end) =>
        end == utf8.Length || (utf8[end] & 0xC0) != 0x80;

    private ReadOnlySpan<byte> Replacement(uint start)
    {
        if (start >= (uint)_replacements.Length || (_replacements[start] & 0xC0) == 0x80)
        {
            throw new InvalidDataException(
                $"a normalization rule points to replacement {start} but no text begins there");
        }

        ReadOnlySpan<byte> text = _replacements.AsSpan((int)start);
        return text[..text.IndexOf((byte)0)];
    }
}
