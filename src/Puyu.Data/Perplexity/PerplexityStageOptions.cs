using Puyu.Abstractions;

namespace Puyu.Data.Perplexity;

/// <summary>Which models say how unusual a text is.</summary>
public sealed record PerplexityStageOptions
{
    /// <summary>
    /// Files of models by language, as the metadata <c>language</c> names it; <c>*</c> for any other. A document for
    /// which there is none is not measured.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Models { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public PerplexityStageOptions Validated()
    {
        var problems = new Problems(nameof(PerplexityStageOptions));
        problems.Require(Models.Count > 0, Models.Count, "must be positive: name a model by language, or by *");
        problems.ThrowIfAny();
        return this;
    }
}
