namespace Puyu.Tensors;

/// <summary>Sums over arrays.</summary>
/// <remarks>
/// <code>
///   y = Σᵢ xᵢ / n
///   dxᵢ += dy / n
/// </code>
/// where n is 1 for the sum and the number of elements for the mean.
/// </remarks>
internal static class ReduceReference
{
    /// <param name="x">Input.</param>
    /// <param name="divisor">n.</param>
    /// <returns>y.</returns>
    public static double Forward(ReadOnlySpan<double> x, double divisor)
    {
        double sum = 0;
        foreach (double xi in x)
        {
            sum += xi;
        }

        return sum / divisor;
    }

    /// <param name="dY">Gradient with respect to y.</param>
    /// <param name="divisor">n.</param>
    /// <param name="dX">Gradient with respect to the input, added to.</param>
    public static void Backward(double dY, double divisor, Span<double> dX)
    {
        for (int i = 0; i < dX.Length; i++)
        {
            dX[i] += dY / divisor;
        }
    }

    /// <summary>Σᵢ xᵢ².</summary>
    public static double SumOfSquares(ReadOnlySpan<double> x)
    {
        double sum = 0;
        foreach (double xi in x)
        {
            sum += xi * xi;
        }

        return sum;
    }
}
