using Puyu.Inference.Sampling;

namespace Puyu.Inference.Tests.Sampling;

public class BeamSearchTests
{
    private const int VocabSize = 4;
    private const int Stop = 3;

    [Theory]
    [InlineData(1d)]
    [InlineData(0d)]
    [InlineData(0.6)]
    public void Best_IsThatOfAllCompletions_WithBeamsForAll(double lengthPenalty)
    {
        const int MaxTokens = 4;
        var search = new BeamSearch(beams: 300, [Stop], MaxTokens, lengthPenalty);
        (int[] TokenIds, double LogProbability)[] all = [.. Completions([], 0, MaxTokens)];
        int[][] expected = [.. all
            .OrderByDescending(completion =>
                completion.LogProbability / Math.Pow(completion.TokenIds.Length, lengthPenalty))
            .Select(completion => completion.TokenIds)];

        Run(search);

        Assert.Equal(expected, search.Best().Select(beam => beam.TokenIds()));
    }

    [Fact]
    public void Advance_KeepsTheMostLikely_AndNamesTheirParents()
    {
        var search = new BeamSearch(beams: 2, [Stop], maxTokens: 10);
        search.Add(0, Log(0.5, 0.3, 0.2, 0));
        int[] first = search.Advance();
        search.Add(0, Log(0.1, 0.2, 0.3, 0.4));
        search.Add(1, Log(0.05, 0.05, 0.9, 0));

        int[] second = search.Advance();

        // 0.3 · 0.9 = 0.27, then 0.5 · 0.4 = 0.2 ends, then 0.5 · 0.3 = 0.15.
        Assert.Equal([0, 0], first);
        Assert.Equal([1, 0], second);
        Assert.Equal([[1, 2], [0, 2]], search.Live.Select(beam => beam.TokenIds()));
        Assert.Equal(Math.Log(0.27), search.Live[0].LogProbability, 1e-6);
        Assert.Equal([[0, 3], [1, 2]], search.Best().Select(beam => beam.TokenIds()).OrderBy(ids => ids[0]));
    }

    [Fact]
    public void IsDone_OnceNoLiveBeamCanOvertake()
    {
        var sum = new BeamSearch(beams: 1, [Stop], maxTokens: 100, lengthPenalty: 0);
        var mean = new BeamSearch(beams: 1, [Stop], maxTokens: 100, lengthPenalty: 1);

        foreach (BeamSearch search in new[] { sum, mean })
        {
            search.Add(0, Log(0.4, 0, 0, 0.6));
            search.Advance();
        }

        // ln 0.4 is less than ln 0.6, but a hundredth of it is more.
        Assert.True(sum.IsDone);
        Assert.False(mean.IsDone);
        Assert.Equal([Stop], sum.Best().Single().TokenIds());
    }

    [Fact]
    public void Advance_WithOneBeam_IsGreedy()
    {
        var search = new BeamSearch(beams: 1, [], maxTokens: 6);

        Run(search);

        int[] best = search.Best().Single().TokenIds();
        Assert.Equal(6, best.Length);
        Assert.All(Enumerable.Range(0, 6), i =>
        {
            float[] logits = Logits(best[..i]);
            Assert.Equal(Array.IndexOf(logits, logits.Max()), best[i]);
        });
    }

    private static void Run(BeamSearch search)
    {
        search.Add(0, Logits([]));
        while (search.Advance().Length > 0)
        {
            for (int beam = 0; beam < search.Live.Count; beam++)
            {
                search.Add(beam, Logits(search.Live[beam].TokenIds()));
            }
        }

        Assert.True(search.IsDone);
    }

    private static IEnumerable<(int[] TokenIds, double LogProbability)> Completions(
        int[] before, double logProbability, int maxTokens)
    {
        float[] logits = Logits(before);
        double sum = Math.Log(logits.Sum(logit => Math.Exp(logit)));
        for (int token = 0; token < VocabSize; token++)
        {
            int[] all = [.. before, token];
            double total = logProbability + logits[token] - sum;
            IEnumerable<(int[] TokenIds, double LogProbability)> completions =
                token == Stop || all.Length == maxTokens ? [(all, total)] : Completions(all, total, maxTokens);
            foreach ((int[] TokenIds, double LogProbability) completion in completions)
            {
                yield return completion;
            }
        }
    }

    private static float[] Logits(int[] before) => Numbers.Uniform(
        VocabSize, before.Aggregate(1UL, (hash, token) => (hash * 31) + (ulong)token + 1));

    private static float[] Log(params double[] probabilities) =>
        [.. probabilities.Select(probability => (float)Math.Log(probability))];
}
