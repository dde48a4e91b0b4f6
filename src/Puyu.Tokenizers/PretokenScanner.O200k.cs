using static Puyu.Tokenizers.CharacterClasses;

namespace Puyu.Tokenizers;

internal static partial class PretokenScanner
{
    /// <summary>
    /// <code>
    /// W1  [^\r\n\p{L}\p{N}]?[U]*[l]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?     U = Lu Lt Lm Lo M,  l = Ll Lm Lo M
    /// W2  [^\r\n\p{L}\p{N}]?[U]+[l]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
    /// rest: \p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
    /// </code>
    /// </summary>
    private static int NextO200k(ReadOnlySpan<byte> utf8, int start)
    {
        int flags = At(utf8, start, out int length);
        int next = start + length;
        if ((flags & Number) != 0)
        {
            return DigitsEnd(utf8, next, more: 2);
        }

        if (WordEnd(utf8, start, flags, next) is int word && word > 0)
        {
            return word;
        }

        if (utf8[start] == ' ' && next < utf8.Length
            && (At(utf8, next, out int followingLength) & (Space | Letter | Number)) == 0)
        {
            return SlashesEnd(utf8, OtherEnd(utf8, next + followingLength));
        }

        return (flags & Space) != 0
            ? SpaceEnd(utf8, start, breakAfterNewLine: true)
            : SlashesEnd(utf8, OtherEnd(utf8, next));
    }

    /// <summary>End of the word of W1 or W2, 0 where there is none.</summary>
    private static int WordEnd(ReadOnlySpan<byte> utf8, int start, int flags, int next)
    {
        bool mayPrefix = (flags & (Letter | NewLine)) == 0;
        if (!mayPrefix)
        {
            return (flags & Letter) == 0 ? 0 : CasedEnd(utf8, start, out _);
        }

        int end = CasedEnd(utf8, next, out bool endsLower);

        // A mark is a prefix and a word character at once. Where W1 fails behind it as a prefix, W1 takes it alone,
        // and is tried before W2.
        bool isMark = (flags & (Upper | Lower)) != 0;
        return isMark && !endsLower ? WithContraction(utf8, next) : end;
    }

    /// <summary>End of W1, else of W2, without the prefix; 0 where neither matches.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="start">Where the word would begin.</param>
    /// <param name="endsLower">Whether it was W1.</param>
    private static int CasedEnd(ReadOnlySpan<byte> utf8, int start, out bool endsLower)
    {
        int at = start;
        int lowerEnd = 0;
        while (at < utf8.Length)
        {
            int flags = At(utf8, at, out int length);
            if ((flags & Upper) == 0)
            {
                if ((flags & Lower) != 0)
                {
                    lowerEnd = RunEnd(utf8, at + length, Lower);
                }

                break;
            }

            at += length;
            if ((flags & Lower) != 0)
            {
                lowerEnd = at;
            }
        }

        endsLower = lowerEnd > 0;
        int end = endsLower ? lowerEnd : at;
        return end == start ? 0 : WithContraction(utf8, end);
    }

    private static int WithContraction(ReadOnlySpan<byte> utf8, int end)
    {
        int contraction = end < utf8.Length && utf8[end] == '\'' ? ContractionEnd(utf8, end, ignoreCase: true) : 0;
        return contraction > 0 ? contraction : end;
    }

    private static int SlashesEnd(ReadOnlySpan<byte> utf8, int at)
    {
        while (at < utf8.Length && utf8[at] is (byte)'\r' or (byte)'\n' or (byte)'/')
        {
            at++;
        }

        return at;
    }
}
