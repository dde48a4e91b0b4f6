namespace Puyu.Data.Rules;

/// <summary>Which marks end a line that is a sentence, and how such a line's words are counted.</summary>
public enum LineEnds
{
    /// <summary>Those of the published rules, for English; words are what white space divides.</summary>
    Latin,

    /// <summary>
    /// Unicode's sentence terminals of all scripts, and quotation marks; every ideograph and kana is a word.
    /// </summary>
    AllScripts,
}
