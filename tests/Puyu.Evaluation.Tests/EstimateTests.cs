using Puyu.Abstractions;

namespace Puyu.Evaluation.Tests;

public class EstimateTests
{
    /// <summary>
    /// Goldens: Newcombe, Statistics in Medicine 17, 1998, table I, method 3 (Wilson), to four digits.
    /// </summary>
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void OfProportion_IsWilsons(int successes, int count, double low, double high)
    {
        var estimate = Estimate.OfProportion(successes, count);

        Assert.Equal((double)successes / count, estimate.Value);
        Assert.Equal(low, estimate.Low, 4);
        Assert.Equal(high, estimate.High, 4);
    }

    /// <summary>
    /// The 95 % interval of a mean covers the truth in about 95 % of 400 runs: within 5 deviations, ±5.4 %.
    /// </summary>
    [Fact]
    public void OfRatio_CoversTheTruth()
    {
        var random = new CounterRandom(1);
        int covered = 0;
        for (int run = 0; run < 400; run++)
        {
            double[] numerators = new double[60];
            double[] denominators = new double[60];
            for (int i = 0; i < numerators.Length; i++)
            {
                denominators[i] = 1 + random.NextDouble();
                numerators[i] = denominators[i] * (2 + random.NextNormal());
            }

            var estimate = Estimate.OfRatio(numerators, denominators, seed: (ulong)run);
            covered += estimate.Low <= 2 && 2 <= estimate.High ? 1 : 0;
        }

        Assert.InRange(covered / 400.0, 0.95 - 0.054, 1.0);
    }

    [Fact]
    public void OfRatio_IsTheRatioOfSums_AndTheSameForTheSameSeed()
    {
        double[] numerators = [1, 2, 6];
        double[] denominators = [1, 1, 4];

        Assert.Equal(1.5, Estimate.OfRatio(numerators, denominators, 1).Value);
        Assert.Equal(Estimate.OfRatio(numerators, denominators, 1), Estimate.OfRatio(numerators, denominators, 1));
        Assert.Equal("2.000 [2.000, 2.000] (n = 1)", Estimate.OfRatio([4], [2], 1).ToString());
    }

    [Fact]
    public void OfRatio_RejectsWhatDoesNotPair() =>
        Assert.Throws<ArgumentException>(() => Estimate.OfRatio([1], [], 1));
}
