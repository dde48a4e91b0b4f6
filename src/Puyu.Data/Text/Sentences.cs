using System.Collections.Frozen;

namespace Puyu.Data.Text;

/// <summary>Counts sentences by their marks, of any script.</summary>
internal static class Sentences
{
    /// <summary>What a period after does not end a sentence, in lower case.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _abbreviations = new[]
    {
        "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "e.g", "i.e", "cf", "al", "no", "fig", "vol",
        "pp", "ed", "eds", "inc", "ltd", "co", "corp", "gen", "col", "capt", "lt", "sgt", "rev", "hon", "sen", "rep",
        "gov", "pres", "dept", "univ", "approx", "est", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
        "sept", "oct", "nov", "dec", "u.s", "u.k",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>
    /// How many sentences a text has. Text behind the last mark is one more, so that any text with a letter or digit
    /// has at least one.
    /// </summary>
    /// <remarks>
    /// A Latin mark ends one before white space only; a period besides not after an abbreviation or initial, nor
    /// before a lower-case letter. Marks of other scripts always end one.
    /// </remarks>
    public static int Count(ReadOnlySpan<char> text)
    {
        int count = 0;
        int start = 0;
        int at = 0;
        while (at < text.Length)
        {
            int offset = text[at..].IndexOfAny(TerminalMarks.Marks);
            if (offset < 0)
            {
                break;
            }

            int mark = at + offset;
            at = AfterMarks(text, mark);
            if (Ends(text, mark, at) && HasWord(text[start..mark]))
            {
                count++;
                start = at;
            }
        }

        return count + (HasWord(text[start..]) ? 1 : 0);
    }

    private static int AfterMarks(ReadOnlySpan<char> text, int mark)
    {
        int end = mark + 1;
        while (end < text.Length
            && (TerminalMarks.Marks.Contains(text[end]) || TerminalMarks.Closers.Contains(text[end])))
        {
            end++;
        }

        return end;
    }

    /// <summary>Whether the marks in [mark, end) end a sentence.</summary>
    private static bool Ends(ReadOnlySpan<char> text, int mark, int end)
    {
        if (end == text.Length || text[mark] > 0x7F)
        {
            return true;
        }

        if (!char.IsWhiteSpace(text[end]))
        {
            return false;
        }

        if (text[mark] != '.' || text[mark..end].ContainsAny('!', '?'))
        {
            return true;
        }

        ReadOnlySpan<char> rest = text[end..].TrimStart();
        return !(rest.Length > 0 && char.IsLower(rest[0])) && !IsAbbreviated(text, mark);
    }

    private static bool IsAbbreviated(ReadOnlySpan<char> text, int period)
    {
        int start = period;
        while (start > 0 && period - start < 8 && (char.IsAsciiLetter(text[start - 1]) || text[start - 1] == '.'))
        {
            start--;
        }

        ReadOnlySpan<char> word = text[start..period];
        bool isInitial = word.Length == 1 && char.IsAsciiLetterUpper(word[0]) && word[0] != 'I';
        return isInitial || _abbreviations.Contains(word);
    }

    private static bool HasWord(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c))
            {
                return true;
            }
        }

        return false;
    }
}
