using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>What <see cref="ParagraphStage"/> cuts, and which of several documents keeps it.</summary>
public sealed record ParagraphOptions : DuplicateOptions
{
    /// <summary>What texts are divided into.</summary>
    public TextUnit Unit { get; init; } = TextUnit.Paragraphs;

    /// <summary>
    /// How many units in a row must repeat. Sentences in threes are the rule of C4 (Raffel et al. 2020, § 2.2).
    /// </summary>
    public int Window { get; init; } = 1;

    /// <summary>Words that a repeated stretch must have to be cut, so that headings and list marks may stay.</summary>
    public int MinSpanWords { get; init; } = 1;

    /// <summary>Words that must be left of a document from which something was cut, else it goes.</summary>
    public int MinDocumentWords { get; init; } = 1;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public ParagraphOptions Validated()
    {
        var problems = new Problems(nameof(ParagraphOptions));
        problems.Require(Window is > 0 and <= 1000, Window, "must lie in [1, 1000]");
        problems.Require(MinSpanWords > 0, MinSpanWords, "must be positive");
        problems.Require(MinDocumentWords > 0, MinDocumentWords, "must be positive");
        Require(problems);
        problems.ThrowIfAny();
        return this;
    }
}

/// <summary>What a text is divided into, to find what repeats.</summary>
public enum TextUnit
{
    /// <summary>What stands between line breaks.</summary>
    Paragraphs,

    /// <summary>Sentences, western and Chinese; a line break ends one too.</summary>
    Sentences,
}
