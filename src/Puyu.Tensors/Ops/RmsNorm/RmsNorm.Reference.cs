namespace Puyu.Tensors;

/// <summary>Root-mean-square normalization of each row, with a learned weight.</summary>
/// <remarks>
/// <para>Forward, for a row x of D elements:</para>
/// <code>
///   r  = (Σᵢ xᵢ² / D + ε)^(-1/2)
///   yᵢ = wᵢ xᵢ r
/// </code>
/// <para>Backward:</para>
/// <code>
///   s    = Σᵢ dyᵢ wᵢ xᵢ
///   dwᵢ += dyᵢ xᵢ r
///   dxᵢ += r (dyᵢ wᵢ − xᵢ r² s / D)
/// </code>
/// <para>Source: Zhang and Sennrich, Root Mean Square Layer Normalization, 2019 (arXiv:1910.07467), equation 4.</para>
/// </remarks>
internal static class RmsNormReference
{
    /// <param name="x">Input. Shape [rows, D].</param>
    /// <param name="weight">Learned scale. Shape [D].</param>
    /// <param name="epsilon">Keeps a row of zeros finite.</param>
    /// <param name="y">Overwritten with the output. Shape [rows, D].</param>
    public static void Forward(ReadOnlySpan<double> x, ReadOnlySpan<double> weight, double epsilon, Span<double> y)
    {
        int d = weight.Length;
        for (int first = 0; first < x.Length; first += d)
        {
            double r = InverseRms(x.Slice(first, d), epsilon);
            for (int i = 0; i < d; i++)
            {
                y[first + i] = weight[i] * x[first + i] * r;
            }
        }
    }

    /// <param name="x">The input given to forward. Shape [rows, D].</param>
    /// <param name="weight">The weight given to forward. Shape [D].</param>
    /// <param name="epsilon">The ε given to forward.</param>
    /// <param name="dY">Gradient with respect to the output. Shape [rows, D].</param>
    /// <param name="dX">Gradient with respect to the input, added to. Shape [rows, D]; empty where not wanted.</param>
    /// <param name="dWeight">Gradient with respect to the weight, added to. Shape [D]; empty where not wanted.</param>
    public static void Backward(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weight, double epsilon, ReadOnlySpan<double> dY, Span<double> dX,
        Span<double> dWeight)
    {
        int d = weight.Length;
        for (int first = 0; first < x.Length; first += d)
        {
            double r = InverseRms(x.Slice(first, d), epsilon);
            double s = 0;
            for (int i = 0; i < d; i++)
            {
                s += dY[first + i] * weight[i] * x[first + i];
            }

            for (int i = 0; i < dWeight.Length; i++)
            {
                dWeight[i] += dY[first + i] * x[first + i] * r;
            }

            for (int i = 0; i < (dX.IsEmpty ? 0 : d); i++)
            {
                dX[first + i] += r * ((dY[first + i] * weight[i]) - (x[first + i] * r * r * s / d));
            }
        }
    }

    private static double InverseRms(ReadOnlySpan<double> x, double epsilon)
    {
        double sumOfSquares = 0;
        foreach (double xi in x)
        {
            sumOfSquares += xi * xi;
        }

        return 1 / Math.Sqrt((sumOfSquares / x.Length) + epsilon);
    }
}
