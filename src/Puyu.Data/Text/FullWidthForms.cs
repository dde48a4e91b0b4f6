namespace Puyu.Data.Text;

/// <summary>What becomes of full-width letters, digits and marks, as Chinese and Japanese texts have.</summary>
public enum FullWidthForms
{
    /// <summary>They stay.</summary>
    Keep,

    /// <summary>Letters and digits become those of ASCII; marks stay, as Chinese punctuation is.</summary>
    LettersAndDigits,

    /// <summary>All become characters of ASCII.</summary>
    All,
}
