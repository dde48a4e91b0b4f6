namespace Puyu.Data.Languages;

/// <summary>Which languages documents may be in.</summary>
public sealed record LanguageStageOptions
{
    /// <summary>Codes of the languages whose documents stay; empty for all.</summary>
    public IReadOnlyList<string> Keep { get; init; } = [];

    /// <summary>
    /// Whether each paragraph is looked at too: the share in the language of the document is measured, and paragraphs
    /// in others become spans named for theirs.
    /// </summary>
    public bool Paragraphs { get; init; }

    /// <summary>File of the model; null for the one that is part of this library.</summary>
    public string? Model { get; init; }
}
