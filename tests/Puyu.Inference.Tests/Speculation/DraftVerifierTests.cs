using Puyu.Abstractions;
using Puyu.Inference.Sampling;
using Puyu.Inference.Speculation;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Speculation;

public class DraftVerifierTests
{
    private const int VocabSize = 12;

    private static readonly float[] _logits = [.. Numbers.Uniform(VocabSize, seed: 21).Select(x => 3 * x)];

    public static TheoryData<SamplingOptions> Options =>
    [
        new SamplingOptions { Seed = 1 },
        new SamplingOptions { Seed = 2, Temperature = 0.6f, TopK = 6 },
        new SamplingOptions { Seed = 3, TopP = 0.8f, RepetitionPenalty = 1.4f },
        SamplingOptions.Greedy,
    ];

    [Theory]
    [MemberData(nameof(Options))]
    public void TryAccept_LeavesTheDistributionAsItIs_WhateverTheDraftIs(SamplingOptions options)
    {
        const int Draws = 20_000;
        float[] proposed = Probabilities(seed: 5);
        float[] p = Distribution(options);
        SequenceSampler sampler = Sampler(options);
        var random = new CounterRandom(seed: 9);
        int[] counts = new int[VocabSize];
        int accepted = 0;

        for (int choice = 0; choice < Draws; choice++)
        {
            var drafted = new DraftedToken(Draw(proposed, random.NextDouble()), proposed);
            accepted += new DraftVerifier(sampler.Fork(choice))
                .TryAccept([.. _logits], [4], 1, drafted, out DrawnToken token) ? 1 : 0;
            counts[token.TokenId]++;
        }

        double overlap = p.Zip(proposed, Math.Min).Sum();
        AssertDistributed(p, counts, Draws);
        Assert.InRange(
            accepted, (Draws * overlap) - (5 * Math.Sqrt(Draws * 0.25)), (Draws * overlap) + (5 * Math.Sqrt(Draws * 0.25)));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void TryAccept_OfACertainProposal_DrawsWhatWouldHaveBeenDrawn(SamplingOptions options)
    {
        SequenceSampler sampler = Sampler(options);

        for (int choice = 0; choice < 500; choice++)
        {
            int expected = sampler.Fork(choice).Draw([.. _logits], [4], 1).TokenId;
            int proposal = choice % VocabSize;
            bool isAccepted = new DraftVerifier(sampler.Fork(choice)).TryAccept(
                [.. _logits], [4], 1, new DraftedToken(proposal, default), out DrawnToken token);

            Assert.Equal(expected, token.TokenId);
            Assert.Equal(expected == proposal, isAccepted);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.3f)]
    public void TryAccept_WithPromptLookup_ChangesNoToken_AndSavesSteps(float temperature)
    {
        var options = new SamplingOptions { Temperature = temperature, Seed = 6 };
        int[] prompt = [1, 2, 3];

        (int[] plain, int plainSteps) = Complete(options, prompt, draftLength: 0);
        (int[] speculative, int steps) = Complete(options, prompt, draftLength: 5);

        Assert.Equal(plain, speculative);
        Assert.Equal(plain.Length, plainSteps);
        Assert.InRange(steps, 1, plainSteps * 10 / 13);
    }

    /// <summary>A model of which each token depends on the two before it, so that it falls into loops.</summary>
    private static (int[] Completion, int Steps) Complete(SamplingOptions options, int[] prompt, int draftLength)
    {
        SequenceSampler sampler = Sampler(options);
        var verifier = new DraftVerifier(sampler);
        List<int> tokens = [.. prompt];
        int[] draft = new int[draftLength];
        int steps = 0;
        while (tokens.Count < prompt.Length + 200)
        {
            int count = PromptLookup.Propose(tokens.ToArray(), draft);
            steps++;
            bool isAccepted = true;
            for (int i = 0; isAccepted && i <= count && tokens.Count < prompt.Length + 200; i++)
            {
                // Behind the whole draft comes one token more, for which nothing is proposed.
                var drafted = new DraftedToken(i < count ? draft[i] : -1, default);
                isAccepted = verifier.TryAccept(
                    Logits(tokens[^2], tokens[^1]), tokens.ToArray(), prompt.Length, drafted, out DrawnToken token);
                tokens.Add(token.TokenId);
            }
        }

        return ([.. tokens.Skip(prompt.Length)], steps);
    }

    private static float[] Logits(int before, int last) =>
        [.. Numbers.Uniform(VocabSize, (ulong)((before * VocabSize) + last)).Select(x => 4 * x)];

    private static SequenceSampler Sampler(SamplingOptions options) =>
        new(options, Vocabularies.Nameless(VocabSize), []);

    private static float[] Distribution(SamplingOptions options)
    {
        float[] p = new float[VocabSize];
        Sampler(options).Distribution([.. _logits], [4], 1, p);
        return p;
    }

    private static float[] Probabilities(ulong seed)
    {
        float[] weights = [.. Numbers.Uniform(VocabSize, seed).Select(x => x + 1)];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    private static int Draw(float[] probabilities, double uniform)
    {
        int token = 0;
        for (double sum = probabilities[0]; sum <= uniform && token < VocabSize - 1; sum += probabilities[token])
        {
            token++;
        }

        return token;
    }

    /// <summary>Pearson's χ² below a bound that chance passes once in a million (Wilson and Hilferty 1931).</summary>
    private static void AssertDistributed(float[] p, int[] counts, int draws)
    {
        Assert.All(p.Zip(counts), pair => Assert.True(pair.First > 0 || pair.Second == 0));
        double statistic = p.Zip(counts).Where(pair => pair.First > 0)
            .Sum(pair => Math.Pow(pair.Second - (draws * pair.First), 2) / (draws * pair.First));
        int freedom = Math.Max(1, p.Count(probability => probability > 0) - 1);
        double ninth = 2.0 / (9 * freedom);
        Assert.InRange(statistic, 0, freedom * Math.Pow(1 - ninth + (4.75 * Math.Sqrt(ninth)), 3));
    }
}
