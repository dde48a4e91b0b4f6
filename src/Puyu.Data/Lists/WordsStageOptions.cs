using Puyu.Abstractions;

namespace Puyu.Data.Lists;

/// <summary>Which words count against a document, and how many are too many.</summary>
public sealed record WordsStageOptions
{
    /// <summary>Files of words: UTF-8, one a line.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Files of allowed phrases, within which words do not count.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Occurrences up to which a document stays; null for any number.</summary>
    public int? MaxCount { get; init; } = 0;

    /// <summary>Share of the characters up to which a document stays; null for any.</summary>
    public float? MaxShare { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public WordsStageOptions Validated()
    {
        var problems = new Problems(nameof(WordsStageOptions));
        problems.Require(Words.Count > 0, Words.Count, "must be positive: name at least one file of words");
        problems.Require(MaxCount is null or >= 0, MaxCount, "must not be negative");
        problems.Require(MaxShare is null or (>= 0 and <= 1), MaxShare, "must lie in [0, 1]");
        problems.ThrowIfAny();
        return this;
    }
}
