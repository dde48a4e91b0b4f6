using Puyu.Abstractions;

namespace Puyu.Training.Optimizers;

/// <summary>How the weights are updated.</summary>
public sealed record OptimizerOptions
{
    /// <summary>The rule.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.AdamW;

    /// <summary>Hyperparameters of AdamW; also of its share in <see cref="OptimizerKind.Muon"/>.</summary>
    public AdamWOptions AdamW { get; init; } = new();

    /// <summary>Hyperparameters of Muon; not read by <see cref="OptimizerKind.AdamW"/>.</summary>
    public MuonOptions Muon { get; init; } = new();

    /// <summary>λ, the decoupled weight decay: a step takes the learning rate times λ off a weight.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>What decays.</summary>
    public DecayedParameters DecayedParameters { get; init; } = DecayedParameters.Weights;

    /// <summary>
    /// Largest L2 norm of the gradient of all parameters together; a longer one is scaled down to it. Null leaves
    /// gradients as they are.
    /// </summary>
    public double? MaxGradientNorm { get; init; } = 1;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public OptimizerOptions Validated()
    {
        var problems = new Problems(nameof(OptimizerOptions));
        problems.Require(
            Enum.IsDefined(Kind), Kind, "must be one of " + string.Join(", ", Enum.GetNames<OptimizerKind>()));
        problems.Require(
            Enum.IsDefined(DecayedParameters), DecayedParameters,
            "must be one of " + string.Join(", ", Enum.GetNames<DecayedParameters>()));
        problems.Require(
            WeightDecay >= 0 && double.IsFinite(WeightDecay), WeightDecay, "must be finite and not negative");
        problems.Require(MaxGradientNorm is null or > 0, MaxGradientNorm, "must be positive, or null for no limit");
        problems.ThrowIfAny();
        return this with { AdamW = AdamW.Validated(), Muon = Muon.Validated() };
    }
}
