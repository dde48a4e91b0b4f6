using Puyu.Abstractions;

namespace Puyu.Data.Rules;

/// <summary>From what bounds are fitted.</summary>
public enum FitMethod
{
    /// <summary>From ranks: documents below one percentile and above another go.</summary>
    Percentiles,

    /// <summary>From mean and standard deviation: documents further away than k deviations go.</summary>
    Deviations,
}

/// <summary>How <see cref="ThresholdFit"/> chooses bounds.</summary>
public sealed record ThresholdFitOptions
{
    /// <summary>From what.</summary>
    public FitMethod Method { get; init; } = FitMethod.Percentiles;

    /// <summary>Percentile that becomes the least value, in [0, 100); null for no such bound.</summary>
    public double? LowerPercentile { get; init; } = 1;

    /// <summary>Percentile that becomes the greatest value, in (0, 100]; null for no such bound.</summary>
    public double? UpperPercentile { get; init; } = 99;

    /// <summary>The k of k standard deviations.</summary>
    public double Deviations { get; init; } = 3;

    /// <summary>
    /// Domains with fewer values have no bounds of their own, but those of all values together.
    /// </summary>
    public int FewestValues { get; init; } = 30;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public ThresholdFitOptions Validated()
    {
        var problems = new Problems(nameof(ThresholdFitOptions));
        problems.Require(LowerPercentile is null or (>= 0 and < 100), LowerPercentile, "must lie in [0, 100)");
        problems.Require(UpperPercentile is null or (> 0 and <= 100), UpperPercentile, "must lie in (0, 100]");
        problems.Require(
            !(LowerPercentile >= UpperPercentile), LowerPercentile, "must lie below UpperPercentile");
        problems.Require(Deviations > 0, Deviations, "must be positive");
        problems.Require(FewestValues > 0, FewestValues, "must be positive");
        problems.ThrowIfAny();
        return this;
    }
}
