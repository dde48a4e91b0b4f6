using Puyu.Abstractions;

namespace Puyu.Training.Optimizers;

/// <summary>Hyperparameters of AdamW. The learning rate belongs to the schedule.</summary>
public sealed record AdamWOptions
{
    /// <summary>β₁, the decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, the decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>ε, added to √v̂.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public AdamWOptions Validated()
    {
        var problems = new Problems(nameof(AdamWOptions));
        problems.Require(Beta1 is >= 0 and < 1, Beta1, "must lie in [0, 1)");
        problems.Require(Beta2 is >= 0 and < 1, Beta2, "must lie in [0, 1)");
        problems.Require(Epsilon > 0 && double.IsFinite(Epsilon), Epsilon, "must be positive and finite");
        problems.ThrowIfAny();
        return this;
    }
}
