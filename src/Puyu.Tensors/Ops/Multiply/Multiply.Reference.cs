namespace Puyu.Tensors;

/// <summary>Product of two arrays, element by element.</summary>
/// <remarks>
/// <code>
///   yᵢ = aᵢ bᵢ
///   daᵢ += dyᵢ bᵢ,  dbᵢ += dyᵢ aᵢ
/// </code>
/// </remarks>
internal static class MultiplyReference
{
    /// <param name="a">First factor.</param>
    /// <param name="b">Second factor, as long.</param>
    /// <param name="y">Overwritten with the products.</param>
    public static void Forward(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = a[i] * b[i];
        }
    }

    /// <param name="dY">Gradient with respect to the products.</param>
    /// <param name="b">The other factor.</param>
    /// <param name="dA">Gradient with respect to one factor, added to.</param>
    public static void Backward(ReadOnlySpan<double> dY, ReadOnlySpan<double> b, Span<double> dA)
    {
        for (int i = 0; i < dA.Length; i++)
        {
            dA[i] += dY[i] * b[i];
        }
    }
}
