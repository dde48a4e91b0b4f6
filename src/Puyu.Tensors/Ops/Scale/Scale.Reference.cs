namespace Puyu.Tensors;

/// <summary>Multiplication of an array by a number.</summary>
/// <remarks>
/// <code>
///   yᵢ = f xᵢ
///   dxᵢ += f dyᵢ
/// </code>
/// </remarks>
internal static class ScaleReference
{
    /// <param name="x">Input.</param>
    /// <param name="factor">f.</param>
    /// <param name="y">Overwritten with the products.</param>
    public static void Forward(ReadOnlySpan<double> x, double factor, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = factor * x[i];
        }
    }

    /// <param name="dY">Gradient with respect to the products.</param>
    /// <param name="factor">f.</param>
    /// <param name="dX">Gradient with respect to the input, added to.</param>
    public static void Backward(ReadOnlySpan<double> dY, double factor, Span<double> dX)
    {
        for (int i = 0; i < dX.Length; i++)
        {
            dX[i] += factor * dY[i];
        }
    }
}
