using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantizing;

/// <summary>The codes of a group of weights, as a checkpoint can keep them: an F16 scale and a whole zero.</summary>
/// <remarks>
/// <code>
///   q = clamp(round(w / scale) + zero, 0, max)          w ≈ (q − zero) scale
/// </code>
/// </remarks>
/// <param name="Scale">Representable as F16; positive.</param>
/// <param name="Zero">A code.</param>
/// <param name="MaxCode">15 or 255.</param>
internal readonly record struct CodeGrid(float Scale, int Zero, int MaxCode)
{
    /// <summary>The least scale, a normal F16: a group of zeros has it.</summary>
    private const float MinScale = 6.1e-5f;

    /// <summary>The grid that just covers weights and zero.</summary>
    public static CodeGrid Of(ReadOnlySpan<float> weights, QuantScheme scheme)
    {
        (float least, float most) = (0, 0);
        foreach (float weight in weights)
        {
            (least, most) = (Math.Min(least, weight), Math.Max(most, weight));
        }

        int middle = (scheme.MaxCode + 1) / 2;
        float range = scheme.IsSymmetric ? Math.Max(-least, most) / (middle - 1) : (most - least) / scheme.MaxCode;
        float scale = (float)(Half)Math.Max(range, MinScale);
        int zero = scheme.IsSymmetric ? middle : (int)Math.Clamp(MathF.Round(-least / scale), 0, scheme.MaxCode);
        return new CodeGrid(scale, zero, scheme.MaxCode);
    }

    /// <summary>The code of a weight.</summary>
    public byte Round(float weight) => (byte)Math.Clamp(MathF.Round(weight / Scale) + Zero, 0, MaxCode);

    /// <summary>The weight of a code.</summary>
    public float Value(byte code) => (code - Zero) * Scale;

    /// <summary>What rounding makes of a weight.</summary>
    public float Nearest(float weight) => Value(Round(weight));
}
