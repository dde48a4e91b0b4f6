using System.Runtime.InteropServices;

namespace Puyu.Data.Audit;

/// <summary>Finds a text again that differs in case, spaces and punctuation only.</summary>
internal static class TextFingerprint
{
    private const int BlockLength = 1024;

    private static readonly ushort[] _ascii = // the lower-case letter or digit; 0 for all that does not count
    [
        .. Enumerable.Range(0, 128).Select(code =>
            char.IsAsciiLetterOrDigit((char)code) ? char.ToLowerInvariant((char)code) : (ushort)0),
    ];

    /// <summary>A hash of the letters and digits of a text, case apart.</summary>
    /// <returns>In [0, 2⁶³), as SQLite has it.</returns>
    public static long Of(ReadOnlySpan<char> text)
    {
        Span<ushort> block = stackalloc ushort[BlockLength];
        ulong hash = 0;
        int length = 0;
        foreach (char unit in text)
        {
            // Written in any case, kept if it counts: no branch to be guessed wrong at every space.
            ushort counted = unit < _ascii.Length ? _ascii[unit] : OtherThanAscii(unit);
            block[length] = counted;
            length += counted != 0 ? 1 : 0;
            if (length == BlockLength)
            {
                hash = Combine(hash, block);
                length = 0;
            }
        }

        return (long)(Combine(hash, block[..length]) >> 1);
    }

    private static ushort OtherThanAscii(char unit)
    {
        bool isIdeograph = unit is >= '\u4E00' and <= '\u9FFF';
        return isIdeograph || char.IsSurrogate(unit) ? unit
            : char.IsLetterOrDigit(unit) ? char.ToLowerInvariant(unit) : (ushort)0;
    }

    private static ulong Combine(ulong hash, ReadOnlySpan<ushort> block) =>
        Hashing.Mix(hash ^ (ulong)Hashing.Hash128(MemoryMarshal.AsBytes(block)));
}
