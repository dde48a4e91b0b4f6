using System.Numerics.Tensors;

namespace Puyu.Inference.Sampling;

/// <summary>Sums of exponentials over a vocabulary, block by block: no second array of its size is needed.</summary>
internal static class LogSoftmax
{
    private const int BlockSize = 512;

    /// <summary>ln Σ exp(logit): what is subtracted from a logit to make it a log-probability.</summary>
    /// <param name="logits">Shape [V]; not changed; at least one is finite.</param>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        float largest = TensorPrimitives.Max(logits);
        return largest + Math.Log(SumExp(logits, largest, temperature: 1));
    }

    /// <summary>Σ exp((logit − largest) / temperature).</summary>
    /// <param name="logits">Shape [V]; not changed.</param>
    /// <param name="largest">The largest of them.</param>
    /// <param name="temperature">Positive.</param>
    public static double SumExp(ReadOnlySpan<float> logits, float largest, float temperature)
    {
        Span<float> block = stackalloc float[BlockSize];
        double sum = 0;
        for (int first = 0; first < logits.Length; first += BlockSize)
        {
            ReadOnlySpan<float> source = logits[first..Math.Min(first + BlockSize, logits.Length)];
            Span<float> weights = block[..source.Length];
            Exp(source, largest, temperature, weights);
            sum += TensorPrimitives.Sum<float>(weights);
        }

        return sum;
    }

    /// <summary>
    /// The index at which the cumulative sum of exp((logit − largest) / temperature) passes a share of the whole.
    /// </summary>
    /// <param name="logits">Shape [V]; overwritten with the weights.</param>
    /// <param name="largest">The largest of them.</param>
    /// <param name="temperature">Positive.</param>
    /// <param name="uniform">The share, in [0, 1).</param>
    /// <returns>An index whose weight is not 0.</returns>
    public static int InverseCumulative(Span<float> logits, float largest, float temperature, double uniform)
    {
        Exp(logits, largest, temperature, logits);
        double total = 0;
        for (int first = 0; first < logits.Length; first += BlockSize)
        {
            total += TensorPrimitives.Sum<float>(logits[first..Math.Min(first + BlockSize, logits.Length)]);
        }

        double remaining = uniform * total;
        int last = 0;
        for (int first = 0; first < logits.Length; first += BlockSize)
        {
            Span<float> weights = logits[first..Math.Min(first + BlockSize, logits.Length)];
            double sum = TensorPrimitives.Sum<float>(weights);
            if (sum == 0)
            {
                continue;
            }

            (int index, bool isPassed) = Pass(weights, ref remaining, sum);
            last = first + index;
            if (isPassed)
            {
                return last;
            }
        }

        return last; // rounding left a sliver behind the last
    }

    private static void Exp(ReadOnlySpan<float> logits, float largest, float temperature, Span<float> weights)
    {
        TensorPrimitives.Subtract(logits, largest, weights);
        TensorPrimitives.Divide(weights, temperature, weights);
        TensorPrimitives.Exp<float>(weights, weights);
    }

    /// <summary>Goes through a block with a positive sum; its last positive weight counts as passed.</summary>
    private static (int Index, bool IsPassed) Pass(ReadOnlySpan<float> weights, ref double remaining, double sum)
    {
        if (remaining >= sum)
        {
            remaining -= sum;
            return (weights.LastIndexOfAnyExcept(0), false);
        }

        for (int i = 0; i < weights.Length; i++)
        {
            remaining -= weights[i];
            if (remaining < 0)
            {
                return (i, true);
            }
        }

        return (weights.LastIndexOfAnyExcept(0), true);
    }
}
