using Puyu.Abstractions;
using Puyu.Data.Audit;

namespace Puyu.Data.Tests.Audit;

public class HistogramCounterTests
{
    [Theory]
    [InlineData(10, 2_000, 1)]
    [InlineData(10, 900_000, 1)] // beyond the bins: the width doubles
    [InlineData(1, 5_000_000, 3)]
    [InlineData(0.01, 1, 4)]
    [InlineData(0.1, 12, 2)]
    public void Result_CountsAsPlainDivisionDoes(double width, double most, int counters)
    {
        var random = new CounterRandom(seed: 3);
        double[] values = [.. Enumerable.Range(0, 5000).Select(i =>
            Math.Floor(random.NextDouble() * random.NextDouble() * most / width) * width)];
        HistogramCounter[] parts = [.. Enumerable.Range(0, counters).Select(_ => new HistogramCounter(width))];
        for (int i = 0; i < values.Length; i++)
        {
            parts[i % counters].Add((float)values[i]);
        }

        foreach (HistogramCounter other in parts[1..])
        {
            parts[0].Add(other);
        }

        ProfileHistogram histogram = parts[0].Result("figure");

        Assert.Equal(5000, histogram.Documents);
        Assert.Equal(5000, histogram.Counts.Sum() + histogram.Beyond);
        Assert.InRange(histogram.Counts.Count, 12, 48);
        Assert.InRange(histogram.Beyond, 0, 50);
        Assert.Equal(0, Math.Log2(histogram.Width / width) % 1, tolerance: 1e-9);
        Assert.Equal(values.Average(), histogram.Mean!.Value, tolerance: 1e-5 * most);
        for (int bin = 0; bin < histogram.Counts.Count; bin++)
        {
            double low = (bin * histogram.Width) - (0.01 * width);
            double high = low + histogram.Width;
            Assert.Equal(values.Count(value => value >= low && value < high), histogram.Counts[bin]);
        }

        double median = values.Order().ElementAt(2499);
        Assert.InRange(histogram.Median!.Value, median - parts[0].Width - 1e-9, median + parts[0].Width + 1e-9);
        Assert.Equal(histogram.Counts.Max(), histogram.Counts[histogram.Mode!.Value]);
    }

    [Fact]
    public void Result_PassesOverWhatWasNotMeasured()
    {
        var counter = new HistogramCounter(1);
        counter.Add(float.NaN);

        ProfileHistogram histogram = counter.Result("figure");

        Assert.Equal((0, 0), (histogram.Documents, histogram.Beyond));
        Assert.Empty(histogram.Counts);
        Assert.Null(histogram.Mean);
        Assert.Null(histogram.Median);
        Assert.Null(histogram.Mode);
    }
}
