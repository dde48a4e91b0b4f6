using System.Globalization;

namespace Puyu.Evaluation;

/// <summary>A number measured on samples, never reported without its uncertainty.</summary>
/// <param name="Value">The measured value.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Upper end of the 95 % interval.</param>
/// <param name="Count">Number of samples.</param>
public readonly record struct Estimate(double Value, double Low, double High, int Count)
{
    private const double Z = 1.959963984540054; // the normal distribution's 97.5 % quantile

    /// <summary>Estimates a proportion, with Wilson's score interval: sound for few samples and near 0 and 1.</summary>
    /// <remarks>
    /// <code>
    /// (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
    /// </code>
    /// Source: Wilson, Probable Inference, JASA 22, 1927.
    /// </remarks>
    /// <param name="successes">How many of the samples have the property.</param>
    /// <param name="count">Number of samples; positive.</param>
    public static Estimate OfProportion(int successes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        double p = (double)successes / count;
        double zzn = Z * Z / count;
        double center = (p + (zzn / 2)) / (1 + zzn);
        double half = Z * Math.Sqrt((p * (1 - p) / count) + (zzn / (4 * count))) / (1 + zzn);
        return new Estimate(p, Math.Max(0, center - half), Math.Min(1, center + half), count);
    }

    /// <summary>
    /// Estimates a ratio of sums, Σ numerators / Σ denominators, with a bootstrap interval: 2.5 % and 97.5 % quantiles
    /// over 1,000 resamples of the pairs.
    /// </summary>
    /// <remarks>Source: Efron, Bootstrap Methods, Annals of Statistics 7, 1979.</remarks>
    /// <param name="numerators">One a sample, at least one.</param>
    /// <param name="denominators">One a sample, all positive.</param>
    /// <param name="seed">Seed of the resampling.</param>
    public static Estimate OfRatio(ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, ulong seed)
    {
        if (numerators.IsEmpty || numerators.Length != denominators.Length)
        {
            throw new ArgumentException(
                $"there are {numerators.Length} numerators and {denominators.Length} denominators but must be equally "
                + "many, at least one");
        }

        double value = Sum(numerators) / Sum(denominators);
        (double low, double high) = Bootstrap.Interval(numerators, denominators, seed);
        return new Estimate(value, low, high, numerators.Length);
    }

    /// <summary>The value and its 95 % interval, e.g. <c>0.712 [0.687, 0.736] (n = 1319)</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Value:F3} [{Low:F3}, {High:F3}] (n = {Count})");

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }
}
