namespace Puyu.Data.Text;

/// <summary>Divides text in words, unit by unit. <see cref="Segmentation"/> finds the same, 64 units at once.</summary>
/// <remarks>
/// A word is a run of letters, digits, low lines and their combining marks, with apostrophes between letters and
/// periods and commas between digits; a run of one and the same mark is a word of its own; ideographs and kana are
/// words as asked for.
/// </remarks>
internal static class SegmentationReference
{
    /// <summary>Words and marks.</summary>
    public static void Divide(ReadOnlySpan<char> text, IdeographWords ideographs, WordPlaces words)
    {
        ReadOnlySpan<CharacterClass> classes = CharacterClasses.Table;
        words.Clear();
        int at = 0;
        while (at < text.Length)
        {
            CharacterClass kind = classes[text[at]];
            int end = kind switch
            {
                <= CharacterClass.Joiner => WordEnd(text, at),
                CharacterClass.Space => at,
                _ => OtherEnd(text, at, kind, ideographs),
            };
            if (end > at)
            {
                words.Add(at, end);
            }

            at = Math.Max(end, at + 1);
        }
    }

    private static int WordEnd(ReadOnlySpan<char> text, int start)
    {
        ReadOnlySpan<CharacterClass> classes = CharacterClasses.Table;
        int at = start;
        while (true)
        {
            while (at < text.Length && classes[text[at]] <= CharacterClass.Joiner)
            {
                at++;
            }

            if (at == text.Length)
            {
                return at;
            }

            CharacterClass kind = classes[text[at]];
            bool mayContinue = kind is CharacterClass.Inner or CharacterClass.Surrogate;
            if (!mayContinue || !Continues(text, at, kind))
            {
                return at;
            }

            at += kind == CharacterClass.Surrogate ? 2 : 1;
        }
    }

    /// <summary>Whether a word goes on over a unit that is no letter or digit by itself.</summary>
    private static bool Continues(ReadOnlySpan<char> text, int at, CharacterClass kind)
    {
        if (kind == CharacterClass.Surrogate)
        {
            return CharacterClasses.OfRune(text, at, out int units) <= CharacterClass.Joiner && units == 2;
        }

        if (at == 0 || at + 1 == text.Length)
        {
            return false;
        }

        CharacterClass around = text[at] is '.' or ',' ? CharacterClass.Digit : CharacterClass.Letter;
        return CharacterClasses.Of(text[at - 1]) == around && CharacterClasses.Of(text[at + 1]) == around;
    }

    /// <summary>End of a word that does not begin with a letter or digit of one unit.</summary>
    private static int OtherEnd(ReadOnlySpan<char> text, int at, CharacterClass kind, IdeographWords ideographs)
    {
        int units = 1;
        if (kind == CharacterClass.Surrogate)
        {
            kind = CharacterClasses.OfRune(text, at, out units);
        }

        return kind switch
        {
            <= CharacterClass.Joiner => WordEnd(text, at),
            CharacterClass.Ideograph or CharacterClass.Kana => IdeographsEnd(text, at + units, ideographs),
            _ => MarksEnd(text, at, units),
        };
    }

    private static int IdeographsEnd(ReadOnlySpan<char> text, int end, IdeographWords ideographs)
    {
        if (ideographs == IdeographWords.Characters || end == text.Length)
        {
            return end;
        }

        CharacterClass kind = CharacterClasses.Of(text[end]);
        int units = 1;
        if (kind == CharacterClass.Surrogate)
        {
            kind = CharacterClasses.OfRune(text, end, out units);
        }

        return end + (kind is CharacterClass.Ideograph or CharacterClass.Kana ? units : 0);
    }

    private static int MarksEnd(ReadOnlySpan<char> text, int start, int units)
    {
        int end = start + units;
        while (end + units <= text.Length && text[end] == text[start]
            && (units == 1 || text[end + 1] == text[start + 1]))
        {
            end += units;
        }

        return end;
    }
}
