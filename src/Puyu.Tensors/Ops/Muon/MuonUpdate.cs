namespace Puyu.Tensors;

/// <summary>The numbers of one Muon step, the same for every matrix.</summary>
public readonly record struct MuonUpdate
{
    /// <summary>η.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Factor of the gradients, from clipping.</summary>
    public required float GradientScale { get; init; }

    /// <summary>μ, the decay of the momentum.</summary>
    public required float Momentum { get; init; }

    /// <summary>λ, the decoupled weight decay.</summary>
    public required float WeightDecay { get; init; }

    /// <summary>ρ, the root mean square of the elements of an update before the learning rate.</summary>
    public required float UpdateRms { get; init; }

    /// <summary>Newton–Schulz iterations; 5 bring every singular value near 1.</summary>
    public required int Iterations { get; init; }
}
