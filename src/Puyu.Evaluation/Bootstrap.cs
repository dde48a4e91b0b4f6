using Puyu.Abstractions;

namespace Puyu.Evaluation;

/// <summary>Percentile bootstrap of a ratio of sums.</summary>
internal static class Bootstrap
{
    private const int Resamples = 1000;

    /// <summary>2.5 % and 97.5 % quantiles of Σ numerators / Σ denominators over resampled pairs.</summary>
    public static (double Low, double High) Interval(
        ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, ulong seed)
    {
        var random = new CounterRandom(seed);
        double[] ratios = new double[Resamples];
        for (int resample = 0; resample < Resamples; resample++)
        {
            double numerator = 0;
            double denominator = 0;
            for (int i = 0; i < numerators.Length; i++)
            {
                int drawn = random.NextInt32(numerators.Length);
                numerator += numerators[drawn];
                denominator += denominators[drawn];
            }

            ratios[resample] = numerator / denominator;
        }

        Array.Sort(ratios);
        return (Quantile(ratios, 0.025), Quantile(ratios, 0.975));
    }

    /// <summary>Linear interpolation between order statistics.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]));
    }
}
