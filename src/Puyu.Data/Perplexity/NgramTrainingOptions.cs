using Puyu.Abstractions;

namespace Puyu.Data.Perplexity;

/// <summary>How an n-gram model is trained.</summary>
public sealed record NgramTrainingOptions
{
    /// <summary>Units of the longest sequence.</summary>
    public int Order { get; init; } = 4;

    /// <summary>Occurrences of a unit from which it is in the vocabulary; rarer ones share one probability.</summary>
    public int MinCount { get; init; } = 2;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public NgramTrainingOptions Validated()
    {
        var problems = new Problems(nameof(NgramTrainingOptions));
        problems.Require(Order is >= 1 and <= NgramModel.MaxOrder, Order, "must lie in [1, 6]");
        problems.Require(MinCount >= 1, MinCount, "must be positive");
        problems.ThrowIfAny();
        return this;
    }
}
