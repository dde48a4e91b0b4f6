namespace Puyu.Tensors;

/// <summary>Normalized exponentials of each row.</summary>
/// <remarks>
/// <para>For a row x with the largest element m:</para>
/// <code>
///   yᵢ = exp(xᵢ − m) / Σⱼ exp(xⱼ − m)
///   dxᵢ += yᵢ (dyᵢ − Σⱼ dyⱼ yⱼ)
/// </code>
/// </remarks>
internal static class SoftmaxReference
{
    /// <param name="x">Logits. Shape [rows, V].</param>
    /// <param name="width">V.</param>
    /// <param name="y">Overwritten with the probabilities. Shape [rows, V].</param>
    public static void Forward(ReadOnlySpan<double> x, int width, Span<double> y)
    {
        for (int first = 0; first < x.Length; first += width)
        {
            double max = double.NegativeInfinity;
            foreach (double xi in x.Slice(first, width))
            {
                max = Math.Max(max, xi);
            }

            double sum = 0;
            for (int i = first; i < first + width; i++)
            {
                y[i] = Math.Exp(x[i] - max);
                sum += y[i];
            }

            for (int i = first; i < first + width; i++)
            {
                y[i] /= sum;
            }
        }
    }

    /// <param name="y">The probabilities. Shape [rows, V].</param>
    /// <param name="width">V.</param>
    /// <param name="dY">Gradient with respect to the probabilities. Shape [rows, V].</param>
    /// <param name="dX">Gradient with respect to the logits, added to. Shape [rows, V].</param>
    public static void Backward(ReadOnlySpan<double> y, int width, ReadOnlySpan<double> dY, Span<double> dX)
    {
        for (int first = 0; first < y.Length; first += width)
        {
            double dot = 0;
            for (int i = first; i < first + width; i++)
            {
                dot += dY[i] * y[i];
            }

            for (int i = first; i < first + width; i++)
            {
                dX[i] += y[i] * (dY[i] - dot);
            }
        }
    }
}
