namespace Puyu.Tensors;

/// <summary>SiLU of one array times another.</summary>
/// <remarks>
/// <code>
///   σ = 1 / (1 + e⁻ᵍ)
///   y = g σ u
///   dg += dy u σ (1 + g (1 − σ)),  du += dy g σ
/// </code>
/// <para>Source: Shazeer, GLU Variants Improve Transformer, 2020 (arXiv:2002.05202), equation 5.</para>
/// </remarks>
internal static class SwiGluReference
{
    /// <param name="gate">g.</param>
    /// <param name="up">u, as long.</param>
    /// <param name="y">Overwritten with the products.</param>
    public static void Forward(ReadOnlySpan<double> gate, ReadOnlySpan<double> up, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = gate[i] * Sigmoid(gate[i]) * up[i];
        }
    }

    /// <param name="gate">g.</param>
    /// <param name="up">u.</param>
    /// <param name="dY">Gradient with respect to the products.</param>
    /// <param name="dGate">Gradient with respect to g, added to; empty where not wanted.</param>
    /// <param name="dUp">Gradient with respect to u, added to; empty where not wanted.</param>
    public static void Backward(
        ReadOnlySpan<double> gate, ReadOnlySpan<double> up, ReadOnlySpan<double> dY, Span<double> dGate,
        Span<double> dUp)
    {
        for (int i = 0; i < dGate.Length; i++)
        {
            double sigma = Sigmoid(gate[i]);
            dGate[i] += dY[i] * up[i] * sigma * (1 + (gate[i] * (1 - sigma)));
        }

        for (int i = 0; i < dUp.Length; i++)
        {
            dUp[i] += dY[i] * gate[i] * Sigmoid(gate[i]);
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
