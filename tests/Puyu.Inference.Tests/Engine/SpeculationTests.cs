using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Engine;

public class SpeculationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task CompleteAsync_GivesTheSameWithDrafts(float temperature)
    {
        CompletionRequest[] requests = [.. Enumerable.Range(0, 10).Select(i => Repetitive(i, temperature))];
        await using InferenceEngine plain = TinyEngine.Create();
        await using InferenceEngine drafting = TinyEngine.Create(TinyEngine.Options() with { MaxDraftTokens = 5 });
        await using InferenceEngine crowded = TinyEngine.Create(TinyEngine.Options(blocks: 30) with
        {
            MaxDraftTokens = 5,
            TokensPerStep = 20,
        });

        Completed[] expected = await Task.WhenAll(requests.Select(request => plain.CompleteAsync(request)));
        foreach (InferenceEngine engine in (InferenceEngine[])[drafting, crowded])
        {
            Completed[] actual = await Task.WhenAll(requests.Select(request => engine.CompleteAsync(request)));

            Assert.Equal(expected.Select(completed => completed.Ids), actual.Select(completed => completed.Ids));
            Assert.Equal(expected.Select(completed => completed.Text[0]), actual.Select(completed => completed.Text[0]));
            Assert.Equal(
                expected.SelectMany(completed => completed.Scores[0]).Select(score => score.LogProbability),
                actual.SelectMany(completed => completed.Scores[0]).Select(score => score.LogProbability));
            Assert.Equal(0, engine.Statistics.UsedBlocks);
            Assert.InRange(engine.Statistics.AcceptedTokens, 1, engine.Statistics.DraftTokens);
        }

        Assert.Equal(0, plain.Statistics.DraftTokens);
    }

    [Fact]
    public async Task CompleteAsync_TakesFewerSteps_WhereTextRepeats()
    {
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options() with { MaxDraftTokens = 6 });
        int[] period = [17, 42, 99, 130, 7];
        CompletionRequest request = TinyEngine.Request([.. period, .. period], tokens: 100) with
        {
            // Only the tokens of the period can be drawn, so that it comes back again and again.
            Sampling = SamplingOptions.Greedy with
            {
                MaxTokens = 100,
                IgnoresEndOfText = true,
                LogitBias = period.ToDictionary(id => id, _ => 100f),
            },
        };

        Completed completed = await engine.CompleteAsync(request);

        Assert.Equal(100, completed.Ids.Count);
        Assert.InRange(engine.Statistics.Steps, 1, 100 / 1.3);
    }

    [Fact]
    public async Task CompleteAsync_TakesForcedTokensWithoutTheModel_AndGivesTheSame()
    {
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 200) with
        {
            Constraint = new OutputConstraint.Regex("answer: \u0001\u0002\u0003\u0004\u0005\u0006 (yes|no)!"),
        };
        await using InferenceEngine engine = TinyEngine.Create();

        Completed stepwise = await engine.CompleteAsync(request with { TopLogProbabilities = 0 });
        long before = engine.Statistics.Steps;
        Completed forced = await engine.CompleteAsync(request);

        Assert.Equal(stepwise.Ids, forced.Ids);
        Assert.Equal(stepwise.Text, forced.Text);
        Assert.InRange(engine.Statistics.Steps - before, 1, before - 4);
    }

    private static CompletionRequest Repetitive(int i, float temperature)
    {
        int[] period = TinyEngine.Prompt(6 + i, i);
        CompletionRequest request = TinyEngine.Request([.. period, .. period, .. period], tokens: 60, seed: (ulong)i);
        return request with
        {
            TopLogProbabilities = 0,
            Sampling = request.Sampling with
            {
                Temperature = temperature,
                LogitBias = period.Take(4).ToDictionary(id => id, _ => 20f),
            },
        };
    }
}
