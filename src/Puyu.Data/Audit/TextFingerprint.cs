namespace Puyu.Data.Audit;

/// <summary>Finds a text again that differs in case, spaces and punctuation only.</summary>
internal static class TextFingerprint
{
    /// <summary>A hash of the letters and digits of a text, case apart.</summary>
    /// <returns>In [0, 2⁶³), as SQLite has it.</returns>
    public static long Of(ReadOnlySpan<char> text)
    {
        ulong hash = 0;
        foreach (char letter in text)
        {
            if (char.IsAscii(letter))
            {
                if (char.IsAsciiLetterOrDigit(letter))
                {
                    hash = (hash ^ (uint)(char.IsAsciiLetterUpper(letter) ? letter | 0x20 : letter)) * Prime;
                }
            }
            else if (char.IsLetterOrDigit(letter) || char.IsSurrogate(letter))
            {
                hash = (hash ^ char.ToLowerInvariant(letter)) * Prime;
            }
        }

        return (long)(Hashing.Mix(hash) >> 1);
    }

    // FNV-1a's; what it leaves uneven, the final mix evens out.
    private const ulong Prime = 0x100000001B3;
}
