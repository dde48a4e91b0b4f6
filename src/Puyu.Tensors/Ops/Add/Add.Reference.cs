namespace Puyu.Tensors;

/// <summary>Addition of two arrays.</summary>
/// <remarks>
/// <code>
///   yᵢ = aᵢ + bᵢ
///   daᵢ += dyᵢ,  dbᵢ += dyᵢ
/// </code>
/// </remarks>
internal static class AddReference
{
    /// <param name="a">First summand.</param>
    /// <param name="b">Second summand, as long.</param>
    /// <param name="y">Overwritten with the sums.</param>
    public static void Forward(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = a[i] + b[i];
        }
    }

    /// <param name="dY">Gradient with respect to the sums.</param>
    /// <param name="dA">Gradient with respect to either summand, added to.</param>
    public static void Backward(ReadOnlySpan<double> dY, Span<double> dA) => Forward(dA, dY, dA);
}
