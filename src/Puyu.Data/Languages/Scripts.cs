namespace Puyu.Data.Languages;

/// <summary>Systems of writing, as far as they tell languages apart.</summary>
internal enum Script
{
    /// <summary>Digits, punctuation, space and everything not listed.</summary>
    None,
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Devanagari,
    Thai,
    Hangul,

    /// <summary>Ideographs and kana.</summary>
    Han,
}

/// <summary>Which script characters are of.</summary>
internal static class Scripts
{
    /// <summary>Number of scripts.</summary>
    public const int Count = (int)Script.Han + 1;

    private static readonly Script[] _ofCharacter = Table();

    /// <summary>Script of a character.</summary>
    public static Script Of(char c) => _ofCharacter[c];

    /// <summary>
    /// The script with the most letters; an ideograph, kana or syllable counts two, since it says as much.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="share">Of its letters among all; 0 if there are none.</param>
    public static Script Dominant(ReadOnlySpan<char> text, out float share)
    {
        Span<int> letters = stackalloc int[Count];
        letters.Clear();
        foreach (char c in text)
        {
            Script script = Of(c);
            letters[(int)script] += script is Script.Hangul or Script.Han ? 2 : 1;
        }

        letters[(int)Script.None] = 0;
        int total = 0;
        var best = Script.None;
        for (int script = 1; script < Count; script++)
        {
            total += letters[script];
            best = letters[script] > letters[(int)best] ? (Script)script : best;
        }

        share = total == 0 ? 0 : (float)letters[(int)best] / total;
        return best;
    }

    private static Script[] Table()
    {
        var table = new Script[char.MaxValue + 1];
        (char First, char Last, Script Script)[] ranges =
        [
            ('A', 'Z', Script.Latin), ('a', 'z', Script.Latin), ('\u00AA', '\u024F', Script.Latin),
            ('\u1E00', '\u1EFF', Script.Latin), ('\uFF21', '\uFF5A', Script.Latin),
            ('\u0370', '\u03FF', Script.Greek), ('\u1F00', '\u1FFF', Script.Greek),
            ('\u0400', '\u052F', Script.Cyrillic), ('\u0590', '\u05FF', Script.Hebrew),
            ('\u0600', '\u06FF', Script.Arabic), ('\u0750', '\u077F', Script.Arabic),
            ('\uFB50', '\uFDFF', Script.Arabic), ('\uFE70', '\uFEFF', Script.Arabic),
            ('\u0900', '\u097F', Script.Devanagari), ('\u0E00', '\u0E7F', Script.Thai),
            ('\u1100', '\u11FF', Script.Hangul), ('\u3130', '\u318F', Script.Hangul),
            ('\uAC00', '\uD7AF', Script.Hangul), ('\u3041', '\u30FF', Script.Han),
            ('\u3400', '\u4DBF', Script.Han), ('\u4E00', '\u9FFF', Script.Han), ('\uF900', '\uFAFF', Script.Han),
            ('\uFF66', '\uFF9F', Script.Han), ('\uD840', '\uD87F', Script.Han), // ideographs beyond the first plane
        ];
        foreach ((char first, char last, Script script) in ranges)
        {
            for (int c = first; c <= last; c++)
            {
                table[c] = char.IsLetter((char)c) || char.IsSurrogate((char)c) ? script : Script.None;
            }
        }

        return table;
    }
}
