namespace Puyu.Data.Text;

/// <summary>What a UTF-16 unit is to the division of text in words. The first three make words.</summary>
internal enum CharacterClass : byte
{
    Letter,

    /// <summary>A digit of any script, or the low line.</summary>
    Digit,

    /// <summary>A mark that belongs to the letter before it.</summary>
    Joiner,

    /// <summary>An apostrophe, comma or period, which may stand inside a word or number.</summary>
    Inner,

    Space,

    /// <summary>Punctuation, symbols, controls and everything else.</summary>
    Mark,

    Ideograph,

    Kana,

    /// <summary>Half of a character: see <see cref="CharacterClasses.OfRune"/>.</summary>
    Surrogate,
}
