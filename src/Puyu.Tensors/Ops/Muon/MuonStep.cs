namespace Puyu.Tensors;

/// <summary>The numbers of one Muon update, the same for every matrix.</summary>
/// <param name="LearningRate">η of this step.</param>
/// <param name="Momentum">μ, the decay of the momentum, in [0, 1).</param>
/// <param name="WeightDecay">λ; 0 for parameters that do not decay.</param>
/// <param name="UpdateRms">ρ, the root mean square of the elements of an update before the learning rate.</param>
/// <param name="Iterations">Newton–Schulz iterations; 5 bring every singular value near 1.</param>
/// <param name="GradientScale">What the gradient is multiplied by first: the factor of clipping, or 1.</param>
public readonly record struct MuonStep(
    double LearningRate, double Momentum, double WeightDecay, double UpdateRms, int Iterations, double GradientScale);
