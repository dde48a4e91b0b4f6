using Puyu.Abstractions;

namespace Puyu.Tensors;

/// <summary>Which elements of a head are rotated together.</summary>
public enum RopePairing
{
    /// <summary>(i, i + E/2): Hugging Face checkpoints.</summary>
    HalfSplit,

    /// <summary>(2i, 2i + 1): the original formulation, GGUF files of Llama, InternEvo's own checkpoints.</summary>
    Interleaved,
}

/// <summary>Rotary position embedding: every pair of elements of a head turns with its own frequency.</summary>
public sealed record RopeOptions
{
    /// <summary>Base θ of the frequencies: pair i turns by θ^(−2i/E) radians a position.</summary>
    public double Theta { get; init; } = 10_000;

    /// <summary>Which elements form a pair.</summary>
    public RopePairing Pairing { get; init; } = RopePairing.HalfSplit;

    /// <summary>How frequencies change for contexts longer than the trained one; null leaves them.</summary>
    public RopeScaling? Scaling { get; init; }

    /// <summary>These options, checked.</summary>
    /// <param name="headDim">Elements of a head.</param>
    /// <exception cref="OptionsException">Lists every option out of its range.</exception>
    public RopeOptions Validated(int headDim)
    {
        var problems = new Problems(nameof(RopeOptions));
        problems.Require(Theta > 1, Theta, "must be greater than 1");
        problems.Require(
            headDim >= 2 && headDim % 2 == 0, headDim, "must be even and positive: elements rotate in pairs");
        Scaling?.Check(problems, headDim);
        problems.ThrowIfAny();
        return this;
    }
}
