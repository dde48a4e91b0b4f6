using Puyu.Abstractions;

namespace Puyu.Tensors;

/// <summary>Random zeros in an array.</summary>
/// <remarks>
/// <para>With uᵢ, the i-th uniform number of <see cref="CounterRandom"/> for the seed and the stream:</para>
/// <code>
///   kᵢ = 1 / (1 − p) where uᵢ ≥ p, else 0
///   yᵢ = kᵢ xᵢ
///   dxᵢ += kᵢ dyᵢ
/// </code>
/// <para>Source: Srivastava et al., Dropout, JMLR 15, 2014; scaled at training time.</para>
/// </remarks>
internal static class DropoutReference
{
    /// <param name="x">Input.</param>
    /// <param name="mask">p, seed and stream.</param>
    /// <param name="y">Overwritten with the output.</param>
    public static void Forward(ReadOnlySpan<double> x, DropoutMask mask, Span<double> y)
    {
        y.Clear();
        Backward(x, mask, y);
    }

    /// <param name="dY">Gradient with respect to the output.</param>
    /// <param name="mask">As given to forward.</param>
    /// <param name="dX">Gradient with respect to the input, added to.</param>
    public static void Backward(ReadOnlySpan<double> dY, DropoutMask mask, Span<double> dX)
    {
        var random = new CounterRandom(mask.Seed, mask.Stream);
        for (int i = 0; i < dX.Length; i++)
        {
            if (random.NextSingle() >= mask.Probability)
            {
                dX[i] += mask.Scale * dY[i];
            }
        }
    }
}
