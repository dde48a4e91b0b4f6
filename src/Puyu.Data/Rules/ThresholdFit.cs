using System.Collections.Immutable;

namespace Puyu.Data.Rules;

/// <summary>Fits the bounds of a measure to a corpus, for each domain by itself.</summary>
/// <remarks>
/// Textbooks, papers, novels and patents differ, so no bound fits all; scores are smooth within a domain, so looking at
/// the documents nearest to a bound is enough to say whether to raise or lower it. Source: Cai et al., InternLM2
/// Technical Report, 2024, arXiv 2403.17297, section 3.1.3.
/// </remarks>
public static class ThresholdFit
{
    /// <summary>The domain that stands for all values together.</summary>
    public const string AllDomains = "*";

    /// <summary>Fits bounds.</summary>
    /// <param name="values">Values of one measure, in any order: the result does not depend on it.</param>
    /// <param name="options">As <see cref="ThresholdFitOptions.Validated"/> returns them.</param>
    /// <returns>
    /// Bounds by domain, in ordinal order, with <see cref="AllDomains"/>, which holds for domains that are absent.
    /// Empty if there are no values.
    /// </returns>
    public static ImmutableSortedDictionary<string, FittedBounds> Fit(
        IEnumerable<MeasuredValue> values, ThresholdFitOptions options)
    {
        var byDomain = new Dictionary<string, List<float>>(StringComparer.Ordinal);
        var all = new List<float>();
        foreach (MeasuredValue value in values)
        {
            if (!float.IsNaN(value.Value))
            {
                all.Add(value.Value);
                if (!byDomain.TryGetValue(value.Domain, out List<float>? ofDomain))
                {
                    byDomain.Add(value.Domain, ofDomain = []);
                }

                ofDomain.Add(value.Value);
            }
        }

        var bounds = ImmutableSortedDictionary.CreateBuilder<string, FittedBounds>(StringComparer.Ordinal);
        if (all.Count > 0)
        {
            bounds[AllDomains] = Fit(all, options);
        }

        foreach ((string domain, List<float> ofDomain) in byDomain)
        {
            if (ofDomain.Count >= options.FewestValues)
            {
                bounds[domain] = Fit(ofDomain, options);
            }
        }

        return bounds.ToImmutable();
    }

    /// <summary>The documents nearest to the bounds of their domains, on either side: those to look at.</summary>
    /// <param name="values">Values of one measure.</param>
    /// <param name="bounds">What <see cref="Fit(IEnumerable{MeasuredValue}, ThresholdFitOptions)"/> returned.</param>
    /// <param name="count">How many for each domain and bound at most.</param>
    /// <returns>By domain, then bound, then distance; ties by id.</returns>
    public static IReadOnlyList<BorderlineSample> Borderline(
        IEnumerable<MeasuredValue> values, ImmutableSortedDictionary<string, FittedBounds> bounds, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return
        [
            .. values.Where(value => !float.IsNaN(value.Value))
                .SelectMany(value => Near(value, bounds.GetValueOrDefault(value.Domain, bounds[AllDomains])))
                .GroupBy(sample => (sample.Domain, sample.Bound))
                .OrderBy(group => group.Key.Domain, StringComparer.Ordinal).ThenBy(group => group.Key.Bound)
                .SelectMany(group => group
                    .OrderBy(sample => Math.Abs(sample.Value - (double)sample.Bound))
                    .ThenBy(sample => sample.Id, StringComparer.Ordinal)
                    .Take(count)),
        ];
    }

    private static IEnumerable<BorderlineSample> Near(MeasuredValue value, FittedBounds bounds)
    {
        if (bounds.Min is { } min)
        {
            yield return new BorderlineSample(value.Id, value.Domain, value.Value, min, Stays: value.Value >= min);
        }

        if (bounds.Max is { } max)
        {
            yield return new BorderlineSample(value.Id, value.Domain, value.Value, max, Stays: value.Value <= max);
        }
    }

    private static FittedBounds Fit(List<float> values, ThresholdFitOptions options)
    {
        values.Sort(); // sums in one order too: not that of the documents
        double mean = values.Average(value => (double)value);
        double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        if (options.Method == FitMethod.Deviations)
        {
            double distance = options.Deviations * deviation;
            return new FittedBounds(values.Count, mean, deviation, (float)(mean - distance), (float)(mean + distance));
        }

        return new FittedBounds(
            values.Count, mean, deviation, Percentile(values, options.LowerPercentile),
            Percentile(values, options.UpperPercentile));
    }

    /// <summary>A percentile by linear interpolation between the two nearest ranks; null for none.</summary>
    private static float? Percentile(List<float> sorted, double? percentile)
    {
        if (percentile is not { } percent)
        {
            return null;
        }

        double rank = percent / 100 * (sorted.Count - 1);
        int below = (int)rank;
        int above = Math.Min(below + 1, sorted.Count - 1);
        return (float)(sorted[below] + ((rank - below) * ((double)sorted[above] - sorted[below])));
    }
}
