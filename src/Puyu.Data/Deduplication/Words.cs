using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>
/// Hashes of a text's words, for comparing texts: runs of letters and digits, in lower case; every ideograph and kana
/// is a word of its own, since those scripts do not separate words.
/// </summary>
internal static class Words
{
    private const ulong Empty = 0x9E3779B97F4A7C15;
    private const ulong Prime = 0x100000001B3; // of FNV-1a, which takes UTF-16 units here

    /// <summary>Appends the hash of each word.</summary>
    public static void Hash(ReadOnlySpan<char> text, List<ulong> hashes)
    {
        ulong hash = Empty;
        foreach (char c in text)
        {
            bool isWord = IsWord(c);
            bool standsAlone = c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF');
            if ((!isWord || standsAlone) && hash != Empty)
            {
                hashes.Add(Hashing.Mix(hash));
                hash = Empty;
            }

            if (isWord)
            {
                hash = (hash ^ LowerCase(c)) * Prime;
                if (standsAlone)
                {
                    hashes.Add(Hashing.Mix(hash));
                    hash = Empty;
                }
            }
        }

        if (hash != Empty)
        {
            hashes.Add(Hashing.Mix(hash));
        }
    }

    /// <summary>Appends the hash of each letter or digit.</summary>
    public static void HashCharacters(ReadOnlySpan<char> text, List<ulong> hashes)
    {
        foreach (char c in text)
        {
            if (IsWord(c))
            {
                hashes.Add(Hashing.Mix((Empty ^ LowerCase(c)) * Prime));
            }
        }
    }

    /// <summary>
    /// 128 bits of a sequence of words: equal for texts that differ in case, space and punctuation only.
    /// </summary>
    public static UInt128 Fingerprint(List<ulong> hashes) =>
        Hashing.Hash128(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(hashes)));

    private static bool IsWord(char c) =>
        c < 128 ? char.IsAsciiLetterOrDigit(c) : char.IsLetterOrDigit(c) || char.IsSurrogate(c);

    private static char LowerCase(char c)
    {
        if (c < 128)
        {
            return char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
        }

        return char.ToLowerInvariant(c);
    }
}
