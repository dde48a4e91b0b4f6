using Puyu.Abstractions;

namespace Puyu.Data.Perplexity;

/// <summary>Which texts are long, and how incoherent they may be.</summary>
public sealed record PerplexityDifferenceStageOptions
{
    /// <summary>Bytes in UTF-8 above which a text is long; others are not measured.</summary>
    public int LongBytes { get; init; } = 32 * 1024;

    /// <summary>File of thresholds by domain and language; null for the default one for all.</summary>
    public string? Thresholds { get; init; }

    /// <summary>Name of the metadata that holds the domain.</summary>
    public string Domain { get; init; } = "domain";

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public PerplexityDifferenceStageOptions Validated()
    {
        var problems = new Problems(nameof(PerplexityDifferenceStageOptions));
        problems.Require(LongBytes >= 0, LongBytes, "must not be negative");
        problems.Require(!string.IsNullOrWhiteSpace(Domain), Domain, "must name the metadata of the domain");
        problems.ThrowIfAny();
        return this;
    }
}
