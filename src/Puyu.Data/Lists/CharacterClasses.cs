namespace Puyu.Data.Lists;

/// <summary>How word lists see a character.</summary>
internal static class CharacterClasses
{
    /// <summary>
    /// Whether a character is of a script that does not separate words: Han, kana, Thai, Lao, Khmer, Burmese.
    /// </summary>
    public static bool IsUnseparated(char c) => c is (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F')
        or (>= '\u1780' and <= '\u17FF') or (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF')
        or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF66' and <= '\uFF9F');

    /// <summary>Whether a character continues a word of a script that separates words.</summary>
    public static bool IsOfWord(char c) => c < 128
        ? char.IsAsciiLetterOrDigit(c) || c == '_'
        : !IsUnseparated(c) && (char.IsLetterOrDigit(c)
            || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark);

    /// <summary>Lower case; full-width forms as ASCII; any space as a blank.</summary>
    public static char Fold(char c)
    {
        if (c < 128)
        {
            return char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c is '\t' or '\n' or '\r' ? ' ' : c;
        }

        return c switch
        {
            >= '\uFF01' and <= '\uFF5E' => Fold((char)(c - 0xFEE0)),
            _ when char.IsWhiteSpace(c) => ' ',
            _ => char.ToLowerInvariant(c),
        };
    }
}
