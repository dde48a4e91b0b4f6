namespace Puyu.Models;

/// <summary>How fresh weights are drawn.</summary>
public sealed record InitializationOptions
{
    /// <summary>
    /// Whether the projections that write to the residual stream are drawn 1/√(2L) as wide, so that the stream's
    /// variance does not grow with depth (Radford et al., GPT-2, 2019, § 2.3).
    /// </summary>
    public bool ScalesResidualOutputs { get; init; } = true;
}
