namespace Puyu.Tensors;

/// <summary>A low-rank change of a linear map.</summary>
/// <remarks>
/// <code>
///   yₒ += scale Σᵣ Bₒᵣ Σᵢ Aᵣᵢ xᵢ
/// </code>
/// </remarks>
internal static class LowRankReference
{
    /// <param name="x">Input, [inputs].</param>
    /// <param name="a">[rank, inputs].</param>
    /// <param name="b">[outputs, rank].</param>
    /// <param name="scale">Factor of the change.</param>
    /// <param name="y">[outputs], added to.</param>
    public static void Add(
        ReadOnlySpan<double> x, ReadOnlySpan<double> a, ReadOnlySpan<double> b, double scale, Span<double> y)
    {
        int rank = a.Length / x.Length;
        for (int r = 0; r < rank; r++)
        {
            double low = 0;
            for (int i = 0; i < x.Length; i++)
            {
                low += a[(r * x.Length) + i] * x[i];
            }

            for (int o = 0; o < y.Length; o++)
            {
                y[o] += scale * b[(o * rank) + r] * low;
            }
        }
    }
}
