using System.Runtime.CompilerServices;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>Where between two characters some merge may join bytes. Where none may, a pretoken is cut.</summary>
/// <remarks>
/// <para>
/// The left symbol of a merge ends at the boundary and the right one begins there, so a boundary is looked up by the
/// bytes around it: the last byte before it if that is ASCII, else the last two; the first byte behind it if that is
/// ASCII, else the first two. A symbol of one byte stands for all pairs it may be part of. Without a matching merge
/// nothing crosses the boundary, and encoding both sides apart is exact.
/// </para>
/// <para>
/// A bitmap over a hash: two boundaries may share a bit, and then a cut is missed, which costs time and nothing else.
/// </para>
/// </remarks>
internal sealed class JunctionSet
{
    private const int HashBits = 20;

    private readonly uint[] _bitmap = new uint[(1 << HashBits) / 32];

    /// <summary>Notes the boundaries of every merge.</summary>
    public JunctionSet(MergeTable merges, ByteStrings tokens)
    {
        foreach ((int left, int right) in merges.Pairs)
        {
            Add(LeftKeys(tokens[left]), RightKeys(tokens[right]));
        }
    }

    /// <summary>Whether the bytes around a boundary may be joined; false is certain.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="boundary">Where a character begins; neither the first byte nor the end.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayJoin(ReadOnlySpan<byte> utf8, int boundary)
    {
        int last = utf8[boundary - 1];
        int first = utf8[boundary];
        int left = last < 0x80 ? last : (utf8[boundary - 2] << 8) | last;
        int right = first < 0x80 ? first : (first << 8) | utf8[boundary + 1];
        uint bit = Hash(left, right);
        return ((_bitmap[bit >> 5] >> (int)(bit & 31)) & 1) != 0;
    }

    private static uint Hash(int left, int right) =>
        (((uint)left * 0x9E3779B1) ^ ((uint)right * 0x85EBCA77)) >> (32 - HashBits);

    /// <summary>
    /// What may stand before a boundary that these bytes end at; nothing if they end inside a character.
    /// </summary>
    private static Keys LeftKeys(ReadOnlySpan<byte> bytes)
    {
        int last = bytes[^1];
        return last < 0x80 ? new Keys(last)
            : last >= 0xC0 ? default
            : bytes.Length > 1 ? new Keys((bytes[^2] << 8) | last)
            : new Keys((0x80 << 8) | last, Step: 1 << 8, Count: 0x80);
    }

    /// <summary>
    /// What may stand behind a boundary that these bytes begin at; nothing if that is inside a character.
    /// </summary>
    private static Keys RightKeys(ReadOnlySpan<byte> bytes)
    {
        int first = bytes[0];
        return first < 0x80 ? new Keys(first)
            : first < 0xC0 ? default
            : bytes.Length > 1 ? new Keys((first << 8) | bytes[1])
            : new Keys((first << 8) | 0x80, Step: 1, Count: 0x40);
    }

    // Two lone bytes stand for 8,192 boundaries; code of the first tier would take a second over a large vocabulary.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(Keys lefts, Keys rights)
    {
        for (int i = 0; i < lefts.Count; i++)
        {
            for (int j = 0; j < rights.Count; j++)
            {
                uint bit = Hash(lefts.First + (i * lefts.Step), rights.First + (j * rights.Step));
                _bitmap[bit >> 5] |= 1u << (int)(bit & 31);
            }
        }
    }

    /// <summary>Keys at equal distances.</summary>
    private readonly record struct Keys(int First, int Step = 0, int Count = 1);
}
