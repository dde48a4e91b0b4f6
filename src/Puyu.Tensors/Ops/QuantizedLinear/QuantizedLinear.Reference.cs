using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>A linear layer of codes and rounded activations.</summary>
/// <remarks>
/// <para>For row t and group g of G inputs, with the codes c, scales s and zeros z of the weights:</para>
/// <code>
///   d[t, g] = maxₖ |x[t, k]| / 127                                      k in g
///   q[t, k] = round(x[t, k] · (127 / maxₖ |x[t, k]|))                   ties to even; 0 where all are below 10⁻³⁵
///   y[t, n] = Σ_g s[n, g] · d[t, g] · (Σₖ c[n, k] · q[t, k] − z[n, g] · Σₖ q[t, k]) + b[n]
/// </code>
/// The sums over k are exact integers. G is that of <see cref="PackedLayout.Group"/>.
/// </remarks>
internal static class QuantizedLinearReference
{
    /// <summary>Groups of less than this are zeros: 127 divided by it would overflow.</summary>
    public const float Negligible = 1e-35f;

    /// <summary>The greatest rounded activation.</summary>
    public const float MaxActivation = 127;

    /// <summary>Rounds activations of one group.</summary>
    /// <param name="x">The group.</param>
    /// <param name="q">As many, overwritten.</param>
    /// <returns>d.</returns>
    public static float Round(ReadOnlySpan<float> x, Span<sbyte> q)
    {
        float greatest = 0;
        foreach (float xk in x)
        {
            greatest = Math.Max(greatest, Math.Abs(xk));
        }

        float inverse = greatest < Negligible ? 0 : MaxActivation / greatest;
        for (int k = 0; k < x.Length; k++)
        {
            q[k] = (sbyte)MathF.Round(x[k] * inverse);
        }

        return greatest / MaxActivation;
    }

    /// <summary>The activations that the rounded ones stand for.</summary>
    /// <param name="x">Shape [T, K].</param>
    /// <param name="inputs">K.</param>
    /// <param name="group">G.</param>
    public static double[] Rounded(ReadOnlySpan<float> x, int inputs, int group)
    {
        double[] rounded = new double[x.Length];
        Span<sbyte> q = stackalloc sbyte[group];
        for (int row = 0; row < x.Length; row += inputs)
        {
            for (int first = 0; first < inputs; first += group)
            {
                int count = Math.Min(group, inputs - first);
                float d = Round(x.Slice(row + first, count), q);
                for (int k = 0; k < count; k++)
                {
                    rounded[row + first + k] = (double)d * q[k];
                }
            }
        }

        return rounded;
    }

    /// <summary>The layer with activations rounded.</summary>
    /// <param name="x">Shape [T, K].</param>
    /// <param name="weight">[N, K].</param>
    /// <param name="bias">Shape [N], or empty.</param>
    /// <param name="y">Overwritten. Shape [T, N].</param>
    public static void Forward(ReadOnlySpan<float> x, PackedMatrix weight, ReadOnlySpan<double> bias, Span<double> y) =>
        LinearReference.Forward(
            Rounded(x, weight.Inputs, weight.Layout.Group), Weights(weight), bias, y, x.Length / weight.Inputs);

    /// <summary>The layer with activations as they are: what rounding them is compared with.</summary>
    /// <inheritdoc cref="Forward"/>
    public static void ForwardUnrounded(
        ReadOnlySpan<double> x, PackedMatrix weight, ReadOnlySpan<double> bias, Span<double> y) =>
        LinearReference.Forward(x, Weights(weight), bias, y, x.Length / weight.Inputs);

    /// <summary>[N, K].</summary>
    public static double[] Weights(PackedMatrix weight)
    {
        float[] row = new float[weight.Inputs];
        double[] weights = new double[(long)weight.Outputs * weight.Inputs];
        for (int n = 0; n < weight.Outputs; n++)
        {
            Packing.DequantizeRow(weight, n, row);
            for (int k = 0; k < row.Length; k++)
            {
                weights[(n * row.Length) + k] = row[k];
            }
        }

        return weights;
    }
}
