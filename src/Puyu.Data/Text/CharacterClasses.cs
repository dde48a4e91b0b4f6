using System.Globalization;
using System.Text;

namespace Puyu.Data.Text;

/// <summary>The class of every UTF-16 unit, by a table of 64 KiB of which English touches two cache lines.</summary>
internal static class CharacterClasses
{
    private static readonly CharacterClass[] _table = [.. Enumerable.Range(0, 0x10000).Select(c => Classify((char)c))];

    /// <summary>One class for each of the 65,536 units.</summary>
    public static ReadOnlySpan<CharacterClass> Table => _table;

    /// <summary>The class of a unit.</summary>
    public static CharacterClass Of(char c) => _table[c];

    /// <summary>The class of a character beyond the 65,536 that is written in two units.</summary>
    /// <param name="text">Text that has a surrogate at <paramref name="index"/>.</param>
    /// <param name="index">Where.</param>
    /// <param name="units">How many units the character has; 1 for half a character without its other half.</param>
    public static CharacterClass OfRune(ReadOnlySpan<char> text, int index, out int units)
    {
        if (Rune.DecodeFromUtf16(text[index..], out Rune rune, out units) != System.Buffers.OperationStatus.Done)
        {
            return CharacterClass.Mark;
        }

        if (rune.Value is >= 0x20000 and <= 0x3FFFF)
        {
            return CharacterClass.Ideograph;
        }

        return Rune.IsLetter(rune) ? CharacterClass.Letter
            : Rune.IsDigit(rune) ? CharacterClass.Digit
            : CharacterClass.Mark;
    }

    /// <summary>Whether a word that begins at a place is a mark and no letters or digits.</summary>
    public static bool IsMark(ReadOnlySpan<char> text, int start) => _table[text[start]] switch
    {
        CharacterClass.Mark or CharacterClass.Inner => true,
        CharacterClass.Surrogate => OfRune(text, start, out _) == CharacterClass.Mark,
        _ => false,
    };

    private static CharacterClass Classify(char c)
    {
        if (c is '\'' or '\u2019' or '.' or ',')
        {
            return CharacterClass.Inner;
        }

        if (char.IsWhiteSpace(c))
        {
            return CharacterClass.Space;
        }

        if (IsIdeograph(c))
        {
            return CharacterClass.Ideograph;
        }

        // Hiragana, katakana with their marks, and the half-width forms.
        if (c is (>= '\u3041' and <= '\u30FF' and not '\u30FB') or (>= '\u31F0' and <= '\u31FF')
            or (>= '\uFF66' and <= '\uFF9F'))
        {
            return CharacterClass.Kana;
        }

        return CharUnicodeInfo.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber => CharacterClass.Digit,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
                CharacterClass.Joiner,
            UnicodeCategory.Surrogate => CharacterClass.Surrogate,
            _ when c is '_' or '\u200C' or '\u200D' => c == '_' ? CharacterClass.Digit : CharacterClass.Joiner,
            _ => CharacterClass.Mark,
        };
    }

    /// <summary>Han characters with their extension A and the compatibility ideographs.</summary>
    private static bool IsIdeograph(char c) =>
        c is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or (>= '\uF900' and <= '\uFAFF')
            or '\u3005' or '\u3007';
}
