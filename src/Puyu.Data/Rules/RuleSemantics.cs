namespace Puyu.Data.Rules;

/// <summary>Whose reading of published rules, where the tools that apply them differ.</summary>
public enum RuleSemantics
{
    /// <summary>
    /// As datatrove, and so FineWeb, reads them: words as a tokenizer divides them, repetition without the first
    /// occurrence.
    /// </summary>
    Datatrove,

    /// <summary>
    /// As dolma reads them: words as white space divides them, repetition with the first occurrence.
    /// </summary>
    Dolma,
}
