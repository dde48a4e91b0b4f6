using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>What counts as equal for <see cref="ExactStage"/>, and which of several stays.</summary>
public sealed record ExactOptions : DuplicateOptions
{
    /// <summary>What must be equal.</summary>
    public ExactText Text { get; init; } = ExactText.Words;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public ExactOptions Validated()
    {
        var problems = new Problems(nameof(ExactOptions));
        Require(problems);
        problems.ThrowIfAny();
        return this;
    }
}

/// <summary>What of two texts must be equal.</summary>
public enum ExactText
{
    /// <summary>Every UTF-16 unit.</summary>
    Characters,

    /// <summary>The words: case, space and punctuation do not count. Without words, the characters.</summary>
    Words,
}
