using Puyu.Abstractions;

namespace Puyu.Data.Lists;

/// <summary>Which words count against a document.</summary>
public sealed record WordsStageOptions
{
    /// <summary>Files of words: UTF-8, one a line.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Files of allowed phrases, within which words do not count.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public WordsStageOptions Validated()
    {
        var problems = new Problems(nameof(WordsStageOptions));
        problems.Require(Words.Count > 0, Words.Count, "must be positive: name at least one file of words");
        problems.ThrowIfAny();
        return this;
    }
}
