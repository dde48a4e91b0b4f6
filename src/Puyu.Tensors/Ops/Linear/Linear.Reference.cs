namespace Puyu.Tensors;

/// <summary>A linear layer.</summary>
/// <remarks>
/// <code>
///   y = x · Wᵀ + b                              x [T, in], W [out, in], b [out], y [T, out]
///   dX += dY · W,  dW += dYᵀ · x,  dBⱼ += Σₜ dYₜⱼ
/// </code>
/// </remarks>
internal static class LinearReference
{
    /// <param name="x">Shape [T, in].</param>
    /// <param name="weight">Shape [out, in].</param>
    /// <param name="bias">Shape [out], or empty.</param>
    /// <param name="y">Overwritten. Shape [T, out].</param>
    /// <param name="t">Rows of x.</param>
    public static void Forward(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weight, ReadOnlySpan<double> bias, Span<double> y, int t)
    {
        y.Clear();
        if (!bias.IsEmpty)
        {
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = bias[i % bias.Length];
            }
        }

        MatMulReference.Accumulate(x, weight, y, t, y.Length / t, x.Length / t, MatMulForm.NT);
    }

    /// <param name="dY">Gradient with respect to y. Shape [T, out].</param>
    /// <param name="dBias">Added to. Shape [out].</param>
    public static void BackwardBias(ReadOnlySpan<double> dY, Span<double> dBias)
    {
        for (int i = 0; i < dY.Length; i++)
        {
            dBias[i % dBias.Length] += dY[i];
        }
    }
}
