using Puyu.Abstractions;

namespace Puyu.Data.Perplexity;

/// <summary>Which models say how usual a text is, and how unusual is too much.</summary>
public sealed record PerplexityStageOptions
{
    /// <summary>
    /// Files of models by language, as the metadata <c>language</c> names it; <c>*</c> for any other. A document for
    /// which there is none is not measured.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Models { get; init; }

    /// <summary>Perplexity a unit up to which a document stays; null for any.</summary>
    public float? Max { get; init; } = 1500;

    /// <summary>Perplexity a unit from which a document stays, as repetition has less; null for any.</summary>
    public float? Min { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public PerplexityStageOptions Validated()
    {
        var problems = new Problems(nameof(PerplexityStageOptions));
        problems.Require(Models.Count > 0, Models.Count, "must be positive: name a model by language, or by *");
        problems.Require(Max is null or > 1, Max, "must be above 1");
        problems.Require(Min is null || Min > 1, Min, "must be above 1");
        problems.Require(Min is null || Max is null || Min < Max, Min, "must be below Max");
        problems.ThrowIfAny();
        return this;
    }
}
