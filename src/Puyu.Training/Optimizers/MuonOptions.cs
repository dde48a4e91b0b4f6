using Puyu.Abstractions;

namespace Puyu.Training.Optimizers;

/// <summary>Hyperparameters of Muon. The learning rate belongs to the schedule and is AdamW's.</summary>
public sealed record MuonOptions
{
    /// <summary>μ, the decay of the momentum.</summary>
    public double Momentum { get; init; } = 0.95;

    /// <summary>Newton–Schulz iterations that make the update nearly orthogonal.</summary>
    public int Iterations { get; init; } = 5;

    /// <summary>
    /// Root mean square of an update's elements before the learning rate; 0.2 is about what AdamW's updates have, so
    /// that both share a learning rate and a weight decay.
    /// </summary>
    public double UpdateRms { get; init; } = 0.2;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public MuonOptions Validated()
    {
        var problems = new Problems(nameof(MuonOptions));
        problems.Require(Momentum is >= 0 and < 1, Momentum, "must lie in [0, 1)");
        problems.Require(Iterations is >= 1 and <= 10, Iterations, "must lie in [1, 10]");
        problems.Require(UpdateRms > 0 && double.IsFinite(UpdateRms), UpdateRms, "must be positive and finite");
        problems.ThrowIfAny();
        return this;
    }
}
