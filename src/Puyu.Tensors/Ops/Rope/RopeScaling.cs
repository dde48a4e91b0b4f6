using Puyu.Abstractions;

namespace Puyu.Tensors;

/// <summary>How rotation frequencies change for contexts longer than the trained one.</summary>
public abstract record RopeScaling
{
    private protected RopeScaling()
    {
    }

    /// <summary>How many times longer the context becomes; at least 1.</summary>
    public required double Factor { get; init; }

    /// <summary>What cosines and sines are multiplied by.</summary>
    internal virtual double Amplitude => 1;

    /// <summary>
    /// The length on which the frequencies depend for sequences of <paramref name="length"/> positions; the same number
    /// means the same frequencies.
    /// </summary>
    internal virtual int EffectiveLength(int length) => 0;

    /// <summary>Radians a position of every pair of elements.</summary>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="effectiveLength">From <see cref="EffectiveLength"/>.</param>
    /// <param name="frequencies">[E/2], overwritten.</param>
    internal abstract void Frequencies(double theta, int effectiveLength, Span<double> frequencies);

    /// <summary>Notes every parameter out of its range.</summary>
    internal virtual void Check(Problems problems, int headDim) =>
        problems.Require(Factor >= 1, Factor, "must be at least 1");

    /// <summary>fᵢ = θ^(−2i/E), the frequencies without scaling.</summary>
    internal static void Unscaled(double theta, Span<double> frequencies)
    {
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = Math.Pow(theta, -(double)i / frequencies.Length);
        }
    }
}

/// <summary>
/// Linear interpolation of positions: all frequencies are divided by the factor (Chen 2023, arXiv:2306.15595).
/// </summary>
public sealed record LinearRopeScaling : RopeScaling
{
    internal override void Frequencies(double theta, int effectiveLength, Span<double> frequencies)
    {
        Unscaled(theta, frequencies);
        foreach (ref double frequency in frequencies)
        {
            frequency /= Factor;
        }
    }
}

/// <summary>Dynamic NTK: the base grows with the length of the sequence once that exceeds the trained one.</summary>
/// <remarks>
/// <code>
///   θ' = θ · (f · length / max − (f − 1))^(E / (E − 2))     where length > max
/// </code>
/// As in Hugging Face's InternLM2 and Llama. Keys rotated for a shorter length stay as they are.
/// </remarks>
public sealed record DynamicNtkRopeScaling : RopeScaling
{
    /// <summary>Positions the model was trained on (<c>max_position_embeddings</c>).</summary>
    public required int MaxPositions { get; init; }

    internal override int EffectiveLength(int length) => Math.Max(length, MaxPositions);

    internal override void Frequencies(double theta, int effectiveLength, Span<double> frequencies)
    {
        double headDim = 2.0 * frequencies.Length;
        double growth = (Factor * effectiveLength / MaxPositions) - (Factor - 1);
        Unscaled(theta * Math.Pow(growth, headDim / (headDim - 2)), frequencies);
    }

    internal override void Check(Problems problems, int headDim)
    {
        base.Check(problems, headDim);
        problems.Require(MaxPositions > 0, MaxPositions, "must be positive");
        problems.Require(headDim > 2, headDim, "must be greater than 2 for dynamic NTK scaling");
    }
}

/// <summary>
/// YaRN: slow pairs are interpolated, fast ones kept, with a ramp between (Peng 2023, arXiv:2309.00071).
/// </summary>
/// <remarks>
/// <code>
///   c(r) = E · ln(L / (2π r)) / (2 ln θ)                pair that turns r times within L positions
///   γᵢ = clamp((i − ⌊c(βfast)⌋) / (⌈c(βslow)⌉ − ⌊c(βfast)⌋), 0, 1)
///   fᵢ = θ^(−2i/E) · (1 − γᵢ + γᵢ / s)
/// </code>
/// </remarks>
public sealed record YarnRopeScaling : RopeScaling
{
    /// <summary>L, positions the model was first trained on.</summary>
    public required int OriginalMaxPositions { get; init; }

    /// <summary>Pairs that turn at least this often within L positions keep their frequency.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Pairs that turn at most this often within L positions are interpolated fully.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>What cosines and sines are multiplied by; null means 0.1 ln(factor) + 1.</summary>
    public double? AttentionFactor { get; init; }

    internal override double Amplitude => AttentionFactor ?? ((0.1 * Math.Log(Factor)) + 1);

    internal override void Frequencies(double theta, int effectiveLength, Span<double> frequencies)
    {
        Unscaled(theta, frequencies);
        double low = Math.Max(Math.Floor(PairTurning(BetaFast, theta, frequencies.Length)), 0);
        double high = Math.Min(
            Math.Ceiling(PairTurning(BetaSlow, theta, frequencies.Length)), (2 * frequencies.Length) - 1);

        // Hugging Face widens an empty ramp by this much, and results must agree with it.
        double width = low == high ? 0.001 : high - low;
        for (int i = 0; i < frequencies.Length; i++)
        {
            double ramp = Math.Clamp((i - low) / width, 0, 1);
            frequencies[i] *= 1 - ramp + (ramp / Factor);
        }
    }

    internal override void Check(Problems problems, int headDim)
    {
        base.Check(problems, headDim);
        problems.Require(OriginalMaxPositions > 0, OriginalMaxPositions, "must be positive");
        problems.Require(BetaSlow > 0, BetaSlow, "must be positive");
        problems.Require(BetaFast > BetaSlow, BetaFast, "must exceed BetaSlow");
        problems.Require(AttentionFactor is null or > 0, AttentionFactor, "must be positive");
    }

    private double PairTurning(double times, double theta, int pairs) =>
        pairs * Math.Log(OriginalMaxPositions / (2 * Math.PI * times)) / Math.Log(theta);
}

/// <summary>
/// Llama 3: pairs whose wavelength is beyond the trained context are interpolated, short ones kept, those between
/// blended (Dubey 2024, arXiv:2407.21783; constants as in Hugging Face's <c>llama3</c>).
/// </summary>
/// <remarks>
/// <code>
///   tᵢ = L fᵢ / 2π                                       turns within L positions
///   σᵢ = clamp((tᵢ − low) / (high − low), 0, 1)
///   fᵢ' = fᵢ (σᵢ + (1 − σᵢ) / s)
/// </code>
/// </remarks>
public sealed record Llama3RopeScaling : RopeScaling
{
    /// <summary>L, positions the model was first trained on.</summary>
    public required int OriginalMaxPositions { get; init; }

    /// <summary>Pairs that turn at most this often within L positions are interpolated fully.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Pairs that turn at least this often within L positions keep their frequency.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    internal override void Frequencies(double theta, int effectiveLength, Span<double> frequencies)
    {
        Unscaled(theta, frequencies);
        foreach (ref double frequency in frequencies)
        {
            double turns = OriginalMaxPositions * frequency / (2 * Math.PI);
            double kept = Math.Clamp(
                (turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
            frequency *= kept + ((1 - kept) / Factor);
        }
    }

    internal override void Check(Problems problems, int headDim)
    {
        base.Check(problems, headDim);
        problems.Require(OriginalMaxPositions > 0, OriginalMaxPositions, "must be positive");
        problems.Require(LowFrequencyFactor > 0, LowFrequencyFactor, "must be positive");
        problems.Require(
            HighFrequencyFactor > LowFrequencyFactor, HighFrequencyFactor, "must exceed LowFrequencyFactor");
    }
}
