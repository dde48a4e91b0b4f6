using Puyu.Abstractions;

namespace Puyu.Data.Languages;

/// <summary>Which languages documents may be in.</summary>
public sealed record LanguageStageOptions
{
    /// <summary>Codes of the languages whose documents stay; empty for all.</summary>
    public IReadOnlyList<string> Keep { get; init; } = [];

    /// <summary>Score from which a document stays.</summary>
    public float MinScore { get; init; } = 0.65f;

    /// <summary>
    /// Share of the text from which a document stays that must be in paragraphs of its language; null for any.
    /// </summary>
    public float? MinShare { get; init; }

    /// <summary>File of the model; null for the one that is part of this library.</summary>
    public string? Model { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public LanguageStageOptions Validated()
    {
        var problems = new Problems(nameof(LanguageStageOptions));
        problems.Require(MinScore is >= 0 and <= 1, MinScore, "must lie in [0, 1]");
        problems.Require(MinShare is null or (>= 0 and <= 1), MinShare, "must lie in [0, 1]");
        problems.ThrowIfAny();
        return this;
    }
}
