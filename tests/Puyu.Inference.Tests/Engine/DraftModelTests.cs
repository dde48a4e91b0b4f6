using System.Text.RegularExpressions;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Caching;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests.Engine;

public class DraftModelTests
{
    private static readonly ModelConfig _small = TinyEngine.Config with { Layers = 1, HiddenSize = 16 };

    [Fact]
    public async Task CompleteAsync_GivesTheSameGreedily_WhateverIsDrafted()
    {
        CompletionRequest[] requests = [.. Enumerable.Range(0, 10).Select(Greedy)];
        await using InferenceEngine plain = TinyEngine.Create();
        await using InferenceEngine small = TinyEngine.CreateDrafted(Options(blocks: 200), draftSeed: 7, _small);
        await using InferenceEngine crowded = TinyEngine.CreateDrafted(
            Options(blocks: 16) with { TokensPerStep = 20 }, draftSeed: 1);

        Completed[] expected = await Task.WhenAll(requests.Select(request => plain.CompleteAsync(request)));
        foreach (InferenceEngine engine in (InferenceEngine[])[small, crowded])
        {
            Completed[] actual = await Task.WhenAll(requests.Select(request => engine.CompleteAsync(request)));

            Assert.Equal(expected.Select(completed => completed.Ids), actual.Select(completed => completed.Ids));
            Assert.Equal(
                expected.SelectMany(completed => completed.Scores[0]).Select(score => score.LogProbability),
                actual.SelectMany(completed => completed.Scores[0]).Select(score => score.LogProbability));
            Assert.Equal(0, engine.Statistics.UsedBlocks);
            Assert.InRange(engine.Statistics.AcceptedTokens, 1, engine.Statistics.DraftTokens);
        }

        Assert.True(small.Statistics.AcceptedTokens < small.Statistics.DraftTokens);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task CompleteAsync_AcceptsEverything_FromTheModelItself(float temperature)
    {
        await using InferenceEngine engine = TinyEngine.CreateDrafted(Options(blocks: 200), draftSeed: 1);
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(300), tokens: 101);

        Completed completed = await engine.CompleteAsync(
            request with { Sampling = request.Sampling with { Temperature = temperature, RepetitionPenalty = 1.2f } });

        Assert.Equal(101, completed.Ids.Count);
        EngineStatistics statistics = engine.Statistics;
        Assert.Equal(statistics.DraftTokens, statistics.AcceptedTokens);

        // Two steps for the prompt of the model, one more until the draft model has seen it; then five tokens a step.
        Assert.InRange(statistics.Steps, 22, 24);
        Assert.InRange(statistics.DraftTokens, 78, 80);
    }

    [Fact]
    public async Task CompleteAsync_DrawsFromTheSameDistribution()
    {
        const int Choices = 3000;
        int[] drawable = [17, 42, 99];
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 4) with { Choices = Choices };
        request = request with
        {
            Sampling = request.Sampling with
            {
                LogitBias = drawable.ToDictionary(id => id, _ => 60f),
                Temperature = 1.5f,
                FrequencyPenalty = 0.3f,
            },
        };
        await using InferenceEngine plain = TinyEngine.Create();
        await using InferenceEngine drafted = TinyEngine.CreateDrafted(Options(blocks: 200), draftSeed: 7, _small);

        Completed expected = await plain.CompleteAsync(request);
        Completed actual = await drafted.CompleteAsync(
            request with { Sampling = request.Sampling with { Seed = 1234 } });

        AssertAlike(Counts(expected, drawable), Counts(actual, drawable));
        EngineStatistics statistics = drafted.Statistics;
        Assert.InRange(
            statistics.AcceptedTokens, statistics.DraftTokens / 10, statistics.DraftTokens * 19 / 20);
    }

    [Fact]
    public async Task CompleteAsync_HoldsDraftedChoicesToTheirConstraint()
    {
        const string Pattern = "(yes|no|perhaps), [0-9]{3}x+!";
        await using InferenceEngine engine = TinyEngine.CreateDrafted(Options(blocks: 200), draftSeed: 7, _small);
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 200) with
        {
            Constraint = new OutputConstraint.Regex(Pattern),
            Choices = 8,
            Sampling = new SamplingOptions { MaxTokens = 200, Seed = 4, BadWords = ["perhaps"] },
        };

        Completed completed = await engine.CompleteAsync(request);

        Assert.All(completed.Text, text => Assert.Matches(new Regex($"^{Pattern}$"), text));
        Assert.InRange(engine.Statistics.AcceptedTokens, 1, engine.Statistics.DraftTokens);
    }

    [Fact]
    public async Task CompleteAsync_FreesTheDraftsCache_WithEachRequest()
    {
        await using InferenceEngine engine = TinyEngine.CreateDrafted(Options(blocks: 8), draftSeed: 1);
        long before = 0;
        for (int i = 0; i < 12; i++)
        {
            await engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(40, i), tokens: 21));

            long drafted = engine.Statistics.DraftTokens;
            Assert.InRange(drafted - before, 14, 16);
            before = drafted;
        }
    }

    [Fact]
    public async Task SleepAsync_FreesTheDraftModel_UntilWakeAsync()
    {
        int loads = 0;
        Backend? backend = null;
        var model = new EngineModel("tiny", Load, TinyModel.Tokenizer, chatTemplate: null);
        await using var engine = new InferenceEngine(
            model with { Draft = model }, Options(blocks: 2000), TimeProvider.System);
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(50), tokens: 21);
        Completed before = await engine.CompleteAsync(request);
        EngineStatistics first = engine.Statistics;
        long reserved = backend!.Memory.ReservedBytes;

        await engine.SleepAsync(2, CancellationToken.None);
        Assert.InRange(backend.Memory.ReservedBytes, 0, reserved / 10);
        await engine.WakeAsync(CancellationToken.None);
        Completed after = await engine.CompleteAsync(request);

        Assert.Equal(before.Ids, after.Ids);
        Assert.Equal(4, loads);
        Assert.Equal(2 * first.DraftTokens, engine.Statistics.DraftTokens);

        Decoder Load(Backend where)
        {
            loads++;
            backend = where;
            Decoder decoder = Decoder.Create(TinyEngine.Config, where);
            decoder.Initialize(seed: 1);
            return decoder;
        }
    }

    [Fact]
    public void InferenceEngine_RefusesADraftModel_OfAnotherVocabulary()
    {
        OptionsException larger = Assert.Throws<OptionsException>(() => TinyEngine.CreateDrafted(
            Options(blocks: 20), draftSeed: 1, tokenizer: FakeTokenizer.Create(284)));
        OptionsException other = Assert.Throws<OptionsException>(() => TinyEngine.CreateDrafted(
            Options(blocks: 20), draftSeed: 1, tokenizer: FakeTokenizer.Create(TinyModel.Tokenizer.VocabSize)));

        Assert.Contains("284 token ids", larger.Message, StringComparison.Ordinal);
        Assert.Contains("same vocabulary", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validated_RefusesADraftModel_ThatMayProposeNothing() => Assert.Throws<OptionsException>(
        () => new EngineOptions { DraftModel = "draft" }.Validated());

    private static EngineOptions Options(int blocks) => TinyEngine.Options() with
    {
        MaxDraftTokens = 4,
        CacheBytes = 2 * blocks * KvStorage.BlockBytes(TinyEngine.Config, TinyEngine.BlockSize, KvFormat.F32),
    };

    private static CompletionRequest Greedy(int i)
    {
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(6 + (5 * i), i), tokens: 60);
        return request with
        {
            TopLogProbabilities = 0,
            Sampling = request.Sampling with { Temperature = 0, RepetitionPenalty = i % 2 == 0 ? 1 : 1.3f },
        };
    }

    /// <summary>How often each completion is drawn.</summary>
    private static int[] Counts(Completed completed, int[] drawable)
    {
        int[] counts = new int[81];
        foreach (List<int> ids in completed.TokenIds)
        {
            Assert.Equal(4, ids.Count);
            counts[ids.Aggregate(0, (index, id) => (3 * index) + Array.IndexOf(drawable, id))]++;
        }

        return counts;
    }

    /// <summary>
    /// Pearson's χ² of two samples of one size, below a bound that chance passes once in a million (Wilson and Hilferty
    /// 1931). Rare completions count together.
    /// </summary>
    private static void AssertAlike(int[] x, int[] y)
    {
        (int X, int Y)[] cells = [.. x.Zip(y)];
        (int X, int Y)[] frequent = [.. cells.Where(cell => cell.X + cell.Y >= 10)];
        (int X, int Y) rare = (x.Sum() - frequent.Sum(cell => cell.X), y.Sum() - frequent.Sum(cell => cell.Y));
        double statistic = frequent.Append(rare).Where(cell => cell.X + cell.Y > 0)
            .Sum(cell => Math.Pow(cell.X - cell.Y, 2) / (cell.X + cell.Y));
        double ninth = 2.0 / (9 * frequent.Length);
        Assert.InRange(frequent.Length, 20, 81);
        Assert.InRange(statistic, 0, frequent.Length * Math.Pow(1 - ninth + (4.75 * Math.Sqrt(ninth)), 3));
    }
}
