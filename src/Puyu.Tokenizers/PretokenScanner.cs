using static Puyu.Tokenizers.CharacterClasses;

namespace Puyu.Tokenizers;

/// <summary>Finds where pretokens end: the split patterns of byte-level tokenizers, written out by hand.</summary>
/// <remarks>
/// Every pretoken is found in time proportional to the text it looks at, and no text is looked at more than three
/// times, whatever it holds.
/// </remarks>
internal static partial class PretokenScanner
{
    private const int LongS = 0x017F;

    /// <summary>End of the pretoken that begins at <paramref name="start"/>.</summary>
    /// <param name="utf8">Valid UTF-8; not checked here.</param>
    /// <param name="start">Below the length of <paramref name="utf8"/>, where the previous pretoken ended.</param>
    /// <param name="pattern">The rule.</param>
    public static int Next(ReadOnlySpan<byte> utf8, int start, SplitPattern pattern) => pattern switch
    {
        SplitPattern.Gpt2 => NextGpt2(utf8, start),
        SplitPattern.Cl100k => NextCl100k(utf8, start, maxDigits: 3),
        SplitPattern.Qwen2 => NextCl100k(utf8, start, maxDigits: 1),
        SplitPattern.O200k => NextO200k(utf8, start),
        _ => throw new ArgumentOutOfRangeException(nameof(pattern), pattern, "is not a split pattern"),
    };

    private static int NextGpt2(ReadOnlySpan<byte> utf8, int start)
    {
        byte first = utf8[start];
        if (first == '\'' && ContractionEnd(utf8, start, ignoreCase: false) is int contraction && contraction > 0)
        {
            return contraction;
        }

        int flags = At(utf8, start, out int length);
        int next = start + length;
        if (first == ' ' && next < utf8.Length)
        {
            int following = At(utf8, next, out int followingLength);
            if ((following & Space) == 0)
            {
                flags = following;
                next += followingLength;
            }
        }

        if ((flags & Space) != 0)
        {
            return SpaceEnd(utf8, start, breakAfterNewLine: false);
        }

        return (flags & Letter) != 0 ? RunEnd(utf8, next, Letter)
            : (flags & Number) != 0 ? RunEnd(utf8, next, Number)
            : OtherEnd(utf8, next);
    }

    private static int NextCl100k(ReadOnlySpan<byte> utf8, int start, int maxDigits)
    {
        int flags = At(utf8, start, out int length);
        int next = start + length;
        if ((flags & Letter) != 0)
        {
            return RunEnd(utf8, next, Letter);
        }

        if ((flags & Number) != 0)
        {
            return DigitsEnd(utf8, next, maxDigits - 1);
        }

        byte first = utf8[start];
        if (first == '\'' && ContractionEnd(utf8, start, ignoreCase: true) is int contraction && contraction > 0)
        {
            return contraction;
        }

        if ((flags & NewLine) == 0 && next < utf8.Length)
        {
            int following = At(utf8, next, out int followingLength);
            if ((following & Letter) != 0)
            {
                return RunEnd(utf8, next + followingLength, Letter);
            }

            if (first == ' ' && (following & (Space | Number)) == 0)
            {
                return NewLinesEnd(utf8, OtherEnd(utf8, next + followingLength));
            }
        }

        return (flags & Space) != 0
            ? SpaceEnd(utf8, start, breakAfterNewLine: true)
            : NewLinesEnd(utf8, OtherEnd(utf8, next));
    }

    private static int RunEnd(ReadOnlySpan<byte> utf8, int at, int wanted)
    {
        while (at < utf8.Length && (At(utf8, at, out int length) & wanted) != 0)
        {
            at += length;
        }

        return at;
    }

    private static int OtherEnd(ReadOnlySpan<byte> utf8, int at)
    {
        while (at < utf8.Length && (At(utf8, at, out int length) & (Space | Letter | Number)) == 0)
        {
            at += length;
        }

        return at;
    }

    private static int DigitsEnd(ReadOnlySpan<byte> utf8, int at, int more)
    {
        for (; more > 0 && at < utf8.Length && (At(utf8, at, out int length) & Number) != 0; more--)
        {
            at += length;
        }

        return at;
    }

    private static int NewLinesEnd(ReadOnlySpan<byte> utf8, int at)
    {
        while (at < utf8.Length && utf8[at] is (byte)'\r' or (byte)'\n')
        {
            at++;
        }

        return at;
    }

    /// <summary>
    /// <c>\s*[\r\n]+|\s+(?!\S)|\s+</c> (the first only where lines break): up to the last line end of the run, else up
    /// to the end of the text, else all of the run but its last character, which belongs to the word that follows.
    /// </summary>
    private static int SpaceEnd(ReadOnlySpan<byte> utf8, int start, bool breakAfterNewLine)
    {
        int end = start;
        int last = start;
        int lineEnd = 0;
        while (end < utf8.Length)
        {
            int flags = At(utf8, end, out int length);
            if ((flags & Space) == 0)
            {
                break;
            }

            last = end;
            end += length;
            if ((flags & NewLine) != 0)
            {
                lineEnd = end;
            }
        }

        if (breakAfterNewLine && lineEnd > 0)
        {
            return lineEnd;
        }

        return end == utf8.Length || last == start ? end : last;
    }

    /// <summary>End of <c>'s 't 'm 'd 're 've 'll</c> at an apostrophe; 0 where there is none.</summary>
    private static int ContractionEnd(ReadOnlySpan<byte> utf8, int apostrophe, bool ignoreCase)
    {
        int at = apostrophe + 1;
        if (at >= utf8.Length)
        {
            return 0;
        }

        int letter = Fold(utf8[at], ignoreCase);
        if (letter is 's' or 't' or 'm' or 'd')
        {
            return at + 1;
        }

        if (ignoreCase && letter >= 0x80 && Utf8.Decode(utf8, at, out int length) == LongS)
        {
            return at + length;
        }

        int second = at + 1 < utf8.Length ? Fold(utf8[at + 1], ignoreCase) : 0;
        return (letter, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? at + 2 : 0;
    }

    private static int Fold(byte letter, bool ignoreCase) =>
        ignoreCase && letter is >= (byte)'A' and <= (byte)'Z' ? letter | 0x20 : letter;
}
