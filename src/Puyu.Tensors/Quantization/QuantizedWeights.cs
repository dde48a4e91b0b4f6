namespace Puyu.Tensors.Quantization;

/// <summary>
/// The weights of a linear map as codes, in the order of their definition: what files are read into and written from,
/// before kernels arrange them as they need.
/// </summary>
/// <remarks>
/// <code>
///   w[n, k] = scale[n, k / G] · code[n, k] + offset[n, k / G]
/// </code>
/// N outputs, K inputs, G the group size. Every format with affine groups is of this form: AWQ and GPTQ have
/// offset = −zero · scale, GGUF's Q4_0 has offset = −8 · scale, Q4_K a minimum for each sub-block.
/// </remarks>
public sealed class QuantizedWeights
{
    /// <summary>Makes weights of codes; the arrays are kept, not copied.</summary>
    /// <param name="outputs">N; positive.</param>
    /// <param name="inputs">K; positive.</param>
    /// <param name="scheme">Validated.</param>
    /// <param name="codes">[N, K], each at most <see cref="QuantScheme.MaxCode"/>.</param>
    /// <param name="scales">[N, groups].</param>
    /// <param name="offsets">[N, groups].</param>
    /// <exception cref="ArgumentException">A length does not fit the sizes.</exception>
    public QuantizedWeights(int outputs, int inputs, QuantScheme scheme, byte[] codes, float[] scales, float[] offsets)
    {
        long groups = (long)outputs * scheme.Groups(inputs);
        if (codes.LongLength != (long)outputs * inputs || scales.LongLength != groups || offsets.LongLength != groups)
        {
            throw new ArgumentException(
                $"[{outputs}, {inputs}] weights in groups of {scheme.GroupSize} have "
                + $"{(long)outputs * inputs} codes and {groups} scales and offsets, "
                + $"not {codes.Length}, {scales.Length} and {offsets.Length}");
        }

        (Outputs, Inputs, Scheme) = (outputs, inputs, scheme);
        (Codes, Scales, Offsets) = (codes, scales, offsets);
    }

    /// <summary>N: rows.</summary>
    public int Outputs { get; }

    /// <summary>K: columns.</summary>
    public int Inputs { get; }

    /// <summary>Bits and groups.</summary>
    public QuantScheme Scheme { get; }

    /// <summary>[N, K], one code a byte.</summary>
    public byte[] Codes { get; }

    /// <summary>[N, groups].</summary>
    public float[] Scales { get; }

    /// <summary>[N, groups]: the weight of code 0.</summary>
    public float[] Offsets { get; }

    /// <summary>Rounds each weight to the nearest code of its group, whose range just covers it and zero.</summary>
    /// <param name="weights">[N, K].</param>
    /// <param name="outputs">N.</param>
    /// <param name="inputs">K.</param>
    /// <param name="scheme">Validated.</param>
    public static QuantizedWeights Round(ReadOnlySpan<float> weights, int outputs, int inputs, QuantScheme scheme)
    {
        int groups = scheme.Groups(inputs);
        var rounded = new QuantizedWeights(
            outputs, inputs, scheme, new byte[checked(outputs * inputs)], new float[outputs * groups],
            new float[outputs * groups]);
        for (int group = 0; group < outputs * groups; group++)
        {
            (int row, int first) = (group / groups, group % groups * scheme.GroupSize);
            int count = Math.Min(scheme.GroupSize, inputs - first);
            int at = (row * inputs) + first;
            (rounded.Scales[group], rounded.Offsets[group]) = RoundGroup(
                weights.Slice(at, count), scheme, rounded.Codes.AsSpan(at, count));
        }

        return rounded;
    }

    /// <summary>Rounds one group; see <see cref="Round"/>.</summary>
    /// <param name="weights">The weights of the group.</param>
    /// <param name="scheme">Validated; its group size is not looked at.</param>
    /// <param name="codes">As many, overwritten.</param>
    /// <returns>Scale and offset of the group. The scale of a group of zeros is 1.</returns>
    public static (float Scale, float Offset) RoundGroup(
        ReadOnlySpan<float> weights, QuantScheme scheme, Span<byte> codes)
    {
        (float least, float most) = (0, 0);
        foreach (float weight in weights)
        {
            (least, most) = (Math.Min(least, weight), Math.Max(most, weight));
        }

        int middle = (scheme.MaxCode + 1) / 2;
        float range = scheme.IsSymmetric
            ? Math.Max(-least, most) / (middle - 1)
            : (most - least) / scheme.MaxCode;
        float scale = range > 0 ? range : 1;
        float zero = scheme.IsSymmetric ? middle : MathF.Round(-least / scale);
        for (int i = 0; i < weights.Length; i++)
        {
            codes[i] = (byte)Math.Clamp(MathF.Round(weights[i] / scale) + zero, 0, scheme.MaxCode);
        }

        return (scale, -zero * scale);
    }

    /// <summary>Writes the weights that the codes stand for.</summary>
    /// <param name="weights">[N, K], overwritten.</param>
    public void Dequantize(Span<float> weights)
    {
        int groups = Scheme.Groups(Inputs);
        for (int i = 0; i < weights.Length; i++)
        {
            int group = (i / Inputs * groups) + (i % Inputs / Scheme.GroupSize);
            weights[i] = (Scales[group] * Codes[i]) + Offsets[group];
        }
    }
}
