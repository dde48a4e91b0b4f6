namespace Puyu.Inference.Constraints;

/// <summary>Kinds of characters: what most constraints treat alike is of one kind.</summary>
/// <remarks>
/// A set of kinds is a <see cref="ulong"/> with a bit for each. The kinds are ranges that cover all characters: each
/// ASCII sign and white space alone, digits and letters with the hexadecimal ones apart, the rest by coarse blocks.
/// </remarks>
internal static class CharacterKinds
{
    /// <summary>Of text that is no whole character.</summary>
    public const ulong Broken = 1UL << 63;

    private static readonly int[] _firsts =
    [
        0x00, '\t', '\n', 0x0B, '\r', 0x0E, .. Each(' ', '/'), '0', .. Each(':', '@'), 'A', 'G', .. Each('[', '`'),
        'a', 'g', .. Each('{', 0x7F), 0x80, 0x800, 0x4E00, 0xA000, 0xE000, 0x10000,
    ];

    /// <summary>By kind: all byte sequences of its characters, each a range for every byte.</summary>
    public static (byte First, byte Last)[][][] Bytes { get; } =
    [
        .. _firsts.Select((first, kind) => Utf8Ranges.Split(first, Last(kind)).ToArray()),
    ];

    /// <summary>The bit of a character's kind.</summary>
    /// <param name="character">A scalar value.</param>
    public static ulong Of(int character)
    {
        int kind = Array.BinarySearch(_firsts, character);
        return 1UL << (kind >= 0 ? kind : ~kind - 1);
    }

    private static int Last(int kind) =>
        kind == _firsts.Length - 1 ? 0x10FFFF
        : _firsts[kind + 1] == 0xE000 ? 0xD7FF // surrogates are no characters
        : _firsts[kind + 1] - 1;

    private static IEnumerable<int> Each(int first, int last) => Enumerable.Range(first, last - first + 1);
}
