namespace Puyu.Tensors;

/// <summary>The numbers of one AdamW update, the same for every element of a parameter.</summary>
/// <param name="LearningRate">η of this step.</param>
/// <param name="Beta1">Decay of the first moment, in [0, 1).</param>
/// <param name="Beta2">Decay of the second moment, in [0, 1).</param>
/// <param name="Epsilon">Added to the root of the second moment; positive.</param>
/// <param name="WeightDecay">λ; 0 for parameters that do not decay.</param>
/// <param name="BiasCorrection1">1 − β₁ᵗ, with t = 1 for the first step.</param>
/// <param name="BiasCorrection2">1 − β₂ᵗ.</param>
/// <param name="GradientScale">What the gradient is multiplied by first: the factor of clipping, or 1.</param>
public readonly record struct AdamWStep(
    double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, double BiasCorrection1,
    double BiasCorrection2, double GradientScale);
