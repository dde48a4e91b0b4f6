namespace Puyu.Data.Lists;

/// <summary>
/// Hashes of addresses and words, 64 bits: with 13 million entries one lookup in 10¹² is wrong.
/// </summary>
internal static class UrlHash
{
    /// <summary>Of nothing.</summary>
    public const ulong Seed = 0xCBF29CE484222325;

    /// <summary>Appends a character (a step of FNV-1a on UTF-16 units).</summary>
    public static ulong Step(ulong hash, char c) => (hash ^ c) * 0x100000001B3;

    /// <summary>Of a host: from its end, so that one pass hashes all domains it lies in.</summary>
    public static ulong OfHost(ReadOnlySpan<char> host)
    {
        ulong hash = Seed;
        for (int i = host.Length - 1; i >= 0; i--)
        {
            hash = Step(hash, host[i]);
        }

        return Hashing.Mix(hash);
    }

    /// <summary>Of a page.</summary>
    public static ulong OfUrl(UrlParts url)
    {
        ulong hash = Seed;
        foreach (char c in url.Host)
        {
            hash = Step(hash, c);
        }

        foreach (char c in url.Path)
        {
            hash = Step(hash, c);
        }

        return Hashing.Mix(hash);
    }

    /// <summary>Of the letters and digits from a place on, whatever their case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where they begin.</param>
    /// <param name="length">How many there are.</param>
    public static ulong OfWordAt(ReadOnlySpan<char> text, int start, out int length)
    {
        ulong hash = Seed;
        int i = start;
        for (; i < text.Length; i++)
        {
            char c = text[i];
            if (c < 128 ? !char.IsAsciiLetterOrDigit(c) : !char.IsLetterOrDigit(c))
            {
                break;
            }

            hash = Step(hash, CharacterClasses.Fold(c));
        }

        length = i - start;
        return Hashing.Mix(hash);
    }
}
