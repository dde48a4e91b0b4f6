using System.Runtime.CompilerServices;

namespace Puyu.Data.Perplexity;

/// <summary>
/// What n-gram models predict one after another, as hashes: words in lower case with digits as 0, every ideograph and
/// kana by itself, and every other character that is not space.
/// </summary>
internal static class TextUnits
{
    private const ulong Empty = 0xCBF29CE484222325;

    /// <summary>Appends the hash of each unit.</summary>
    public static void Hash(ReadOnlySpan<char> text, List<ulong> units)
    {
        ulong word = Empty;
        foreach (char c in text)
        {
            bool isIdeograph = c is >= '\u3040' and <= '\u9FFF';
            bool isOfWord = c < 128
                ? char.IsAsciiLetterOrDigit(c) : !isIdeograph && (char.IsLetterOrDigit(c) || char.IsSurrogate(c));
            if (isOfWord)
            {
                word = Step(word, c);
                continue;
            }

            if (word != Empty)
            {
                units.Add(Hashing.Mix(word));
                word = Empty;
            }

            if (c != ' ' && !char.IsWhiteSpace(c))
            {
                units.Add(Hashing.Mix(Step(Empty, c)));
            }
        }

        if (word != Empty)
        {
            units.Add(Hashing.Mix(word));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Step(ulong hash, char c)
    {
        char folded = c < 128
            ? char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : char.IsAsciiDigit(c) ? '0' : c
            : char.ToLowerInvariant(c);
        return (hash ^ folded) * 0x100000001B3;
    }
}
