using System.Collections.Immutable;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;

namespace Puyu.Data.Tests.Rules;

public class ThresholdFitTests
{
    private static readonly MeasuredValue[] _values =
    [
        .. Enumerable.Range(0, 101).Select(i => new MeasuredValue($"news-{i:D3}", "news", i)),
        .. Enumerable.Range(0, 41).Select(i => new MeasuredValue($"law-{i:D3}", "law", 1000 + i)),
        .. Enumerable.Range(0, 5).Select(i => new MeasuredValue($"wiki-{i}", "wiki", 500 + i)),
        new MeasuredValue("none", "news", float.NaN),
    ];

    [Fact]
    public void Fit_TakesPercentiles_OfEachDomainWithEnoughValues()
    {
        var options = new ThresholdFitOptions { LowerPercentile = 5, UpperPercentile = 97.5 };

        ImmutableSortedDictionary<string, FittedBounds> bounds = ThresholdFit.Fit(_values, options.Validated());

        Assert.Equal(["*", "law", "news"], bounds.Keys);
        Assert.Equal((5f, 97.5f), (bounds["news"].Min, bounds["news"].Max));
        Assert.Equal((1002f, 1039f), (bounds["law"].Min, bounds["law"].Max));
        Assert.Equal(147, bounds["*"].Count);
    }

    [Fact]
    public void Fit_TakesStandardDeviations()
    {
        var options = new ThresholdFitOptions { Method = FitMethod.Deviations, Deviations = 2 };

        FittedBounds bounds = ThresholdFit.Fit(_values, options.Validated())["news"];

        double deviation = Math.Sqrt(((101.0 * 101) - 1) / 12); // of the integers 0 to 100
        Assert.Equal(50, bounds.Mean);
        Assert.Equal((float)(50 - (2 * deviation)), bounds.Min);
        Assert.Equal((float)(50 + (2 * deviation)), bounds.Max);
    }

    [Fact]
    public void Fit_DoesNotDependOnTheOrder()
    {
        MeasuredValue[] shuffled = [.. _values];
        var random = new CounterRandom(5);
        random.Shuffle<MeasuredValue>(shuffled);

        Assert.Equal(
            ThresholdFit.Fit(_values, new ThresholdFitOptions()),
            ThresholdFit.Fit(shuffled, new ThresholdFitOptions()));
    }

    [Fact]
    public void Fit_LeavesABoundOut_IfToldSo()
    {
        var options = new ThresholdFitOptions { LowerPercentile = null, UpperPercentile = 90 };

        Measure measure = ThresholdFit.Fit(_values, options.Validated())["news"].ApplyTo(new Measure("words", Min: 50));

        Assert.Equal(new Measure("words", Min: null, Max: 90), measure);
    }

    [Fact]
    public void Borderline_ListsTheNearestDocuments_OfEachDomainAndBound()
    {
        ImmutableSortedDictionary<string, FittedBounds> bounds =
            ThresholdFit.Fit(_values, new ThresholdFitOptions { LowerPercentile = 5, UpperPercentile = 90 });

        IReadOnlyList<BorderlineSample> samples = ThresholdFit.Borderline(_values, bounds, 3);

        Assert.Equal(
            ["news-005:True", "news-004:False", "news-006:True", "news-090:True", "news-089:True", "news-091:False"],
            samples.Where(sample => sample.Domain == "news").Select(sample => $"{sample.Id}:{sample.Stays}"));
        Assert.Equal(3 * 2 * 3, samples.Count); // wiki is compared with the bounds of all
    }

    [Fact]
    public void Fit_OfNoValues_HasNoBounds()
    {
        Assert.Empty(ThresholdFit.Fit([], new ThresholdFitOptions()));
        Assert.Empty(ThresholdFit.Borderline([], ThresholdFit.Fit([], new ThresholdFitOptions()), 3));
    }

    [Fact]
    public void Validated_NamesAllThatIsWrong()
    {
        var options = new ThresholdFitOptions
        {
            LowerPercentile = 99,
            UpperPercentile = 1,
            Deviations = 0,
            FewestValues = 0,
        };

        var exception = Assert.Throws<OptionsException>(() => options.Validated());

        Assert.Contains(
            "LowerPercentile is 99 but must lie below UpperPercentile", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Deviations is 0", exception.Message, StringComparison.Ordinal);
        Assert.Contains("FewestValues is 0", exception.Message, StringComparison.Ordinal);
    }
}
