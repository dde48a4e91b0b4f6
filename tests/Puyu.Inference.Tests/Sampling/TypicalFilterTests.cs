using Puyu.Abstractions;
using Puyu.Inference.Sampling;

namespace Puyu.Inference.Tests.Sampling;

public class TypicalFilterTests
{
    private static readonly double[] _masses = [1e-9, 0.2, 0.5, 0.9, 0.999, 1];

    public static TheoryData<string, double[]> Distributions => new()
    {
        { "flat", Normal(4_000, deviation: 0) },
        { "normal", Normal(92_544, deviation: 3) },
        { "nearly flat", Normal(5_000, deviation: 1e-3) },
        { "steep", Normal(5_000, deviation: 40) },
        { "few values", [.. Normal(5_000, deviation: 3).Select(x => Math.Round(x))] },
        { "one", [0] },
        { "powers of two", [-1, -2, -3, -4, -4] },
    };

    [Theory]
    [MemberData(nameof(Distributions))]
    public void Apply_LeavesWhatSortingLeaves(string name, double[] logits)
    {
        double sum = logits.Sum(Math.Exp);
        Candidate[] candidates =
            [.. logits.Select((logit, token) => new Candidate(token, (float)(Math.Exp(logit) / sum)))];
        foreach (double mass in _masses)
        {
            int[] actual = [.. TypicalFilter.Apply([.. candidates], mass).ToArray()
                .Select(candidate => candidate.TokenId).Order()];

            Assert.True(Expected(candidates, mass).SequenceEqual(actual), $"{mass} of {name}");
        }
    }

    private static IEnumerable<int> Expected(Candidate[] candidates, double mass)
    {
        double entropy = -candidates.Where(candidate => candidate.Weight > 0)
            .Sum(candidate => candidate.Weight * Math.Log(candidate.Weight));
        double cumulative = 0;
        return candidates
            .OrderBy(candidate => Math.Abs(-Math.Log(candidate.Weight) - entropy))
            .ThenByDescending(candidate => candidate.Weight)
            .ThenBy(candidate => candidate.TokenId)
            .TakeWhile(candidate => (cumulative += candidate.Weight) - candidate.Weight < mass)
            .Select(candidate => candidate.TokenId)
            .Order();
    }

    private static double[] Normal(int count, double deviation)
    {
        var random = new CounterRandom(seed: 6);
        return [.. Enumerable.Range(0, count).Select(_ => deviation * random.NextNormal())];
    }
}
