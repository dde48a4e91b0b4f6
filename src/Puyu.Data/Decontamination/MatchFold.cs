using System.Globalization;
using System.Text;

namespace Puyu.Data.Decontamination;

/// <summary>
/// What each UTF-16 unit is when texts are compared: letters without case, width and accents; digits of any script
/// alike; the rest a border between words.
/// </summary>
/// <remarks>
/// Source: the order of datatrove's normalisation for matching (lower case, numbers to 0, punctuation to space, NFD
/// without marks), here one look-up a unit. Where a unit decomposes into several letters, as ﬁ does, the first stands
/// for all: texts are only compared, not written.
/// </remarks>
internal static class MatchFold
{
    /// <summary>A border between words.</summary>
    public const char Border = '\0';

    /// <summary>To be passed over: a mark on the letter before.</summary>
    public const char Mark = '\u0001';

    /// <summary>A digit.</summary>
    public const char Digit = '0';

    /// <summary>The folded unit of every unit.</summary>
    public static ReadOnlySpan<char> Table => _table;

    private static readonly char[] _table = Build();

    /// <summary>Whether a unit is a word by itself, as in scripts that do not separate words.</summary>
    public static bool StandsAlone(char c) => c >= '\u2E80'
        && c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF')
            or (>= '\uD840' and <= '\uDBBF');

    private static char[] Build()
    {
        var table = new char[char.MaxValue + 1];
        for (int c = 0; c <= char.MaxValue; c++)
        {
            table[c] = Fold((char)c);
        }

        return table;
    }

    private static char Fold(char c)
    {
        if (char.IsSurrogate(c))
        {
            // The first unit of an ideograph takes the second along; letters of other planes are borders, like emoji.
            return c is >= '\uD840' and <= '\uDBBF' ? c : Border;
        }

        if (!IsOfWords(CharUnicodeInfo.GetUnicodeCategory(c)))
        {
            return Border;
        }

        char first = c < 128 ? c : c.ToString().Normalize(NormalizationForm.FormKD)[0];
        return CharUnicodeInfo.GetUnicodeCategory(first) switch
        {
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.OtherNumber => Digit,
            UnicodeCategory.NonSpacingMark => Mark,
            UnicodeCategory category => IsOfWords(category) ? char.ToLowerInvariant(first) : Border,
        };
    }

    /// <summary>Whether units of a category are part of words or numbers: letters, marks, digits.</summary>
    private static bool IsOfWords(UnicodeCategory category) => category <= UnicodeCategory.OtherNumber;
}
