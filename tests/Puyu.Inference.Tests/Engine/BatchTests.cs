using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tokenizers;

namespace Puyu.Inference.Tests.Engine;

public class BatchTests
{
    /// <summary>32 requests of different lengths and seeds.</summary>
    private static readonly CompletionRequest[] _requests = [.. Enumerable.Range(0, 32).Select(
        i => TinyEngine.Request(TinyEngine.Prompt(3 + (i * 5), i), tokens: 5 + (i % 7), seed: (ulong)i)
            with { TopLogProbabilities = i % 3 })];

    [DataTheory]
    [InlineData("internlm2-gqa", 512)]
    [InlineData("internlm2-gqa", 3)]
    [InlineData("internlm2-bf16", 512)]
    [InlineData("internlm2-dynamic-ntk", 512)]
    [InlineData("internlm2-dynamic-ntk", 3)]
    public async Task CompleteAsync_ContinuesAsTheOriginalCodeDoes(string model, int tokensPerStep)
    {
        string folder = TestData.File("golden", model);
        JsonNode expected = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))!;
        int[] prompt = [.. expected["prompt"]!.AsArray().Select(id => (int)id!)];
        int[] greedy = [.. expected["greedy"]!.AsArray().Select(id => (int)id!)];
        Tokenizer tokenizer = FakeTokenizer.Create(ModelConfig.Load(folder).VocabSize);
        var source = new EngineModel(model, backend => Decoder.Load(folder, backend), tokenizer, chatTemplate: null);
        EngineOptions options = TinyEngine.Options() with
        {
            MaxBatch = 2,
            TokensPerStep = tokensPerStep,
            ContextLength = prompt.Length + greedy.Length + 1,
            CacheBytes = 1 << 24,
        };
        await using var engine = new InferenceEngine(source, options, TimeProvider.System);

        Completed completed = await engine.CompleteAsync(TinyEngine.Request(prompt, greedy.Length) with
        {
            Sampling = SamplingOptions.Greedy with { MaxTokens = greedy.Length, IgnoresEndOfText = true },
        });

        Assert.Equal(greedy, completed.Ids);
    }

    [Fact]
    public async Task CompleteAsync_GivesEachRequestWhatItGetsAlone()
    {
        List<Completed> alone = [];
        await using (InferenceEngine engine = TinyEngine.Create(TinyEngine.Options() with { CachesPrefixes = false }))
        {
            foreach (CompletionRequest request in _requests)
            {
                alone.Add(await engine.CompleteAsync(request));
            }
        }

        EngineOptions[] variants =
        [
            TinyEngine.Options(400) with { MaxBatch = 16 },
            TinyEngine.Options(400) with { MaxBatch = 7, TokensPerStep = 16 },
            TinyEngine.Options(400) with { MaxBatch = 16, TokensPerStep = 64, Threads = 2 },
            TinyEngine.Options(400) with { MaxBatch = 32, TokensPerStep = 100_000 },
        ];
        foreach (EngineOptions options in variants)
        {
            await using InferenceEngine engine = TinyEngine.Create(options);
            Completed[] together = await Task.WhenAll(_requests.Select(request => engine.CompleteAsync(request)));

            Assert.Equal(alone.Select(completed => completed.Ids), together.Select(completed => completed.Ids));
            Assert.Equal(LogProbabilities(alone), LogProbabilities(together));
            Assert.Equal(0, engine.Statistics.UsedBlocks);
        }

        Assert.True(alone.Select(completed => completed.Text[0]).Distinct().Count() > 20);
    }

    [Fact]
    public async Task CompleteAsync_GivesTheSame_WhereBlocksAreTakenAway()
    {
        // Eight sequences of eight blocks each: three fit.
        CompletionRequest[] requests = [.. Enumerable.Range(0, 8).Select(
            i => TinyEngine.Request(TinyEngine.Prompt(20 + i, i), tokens: 100, seed: (ulong)i)
                with { TopLogProbabilities = 2 })];
        await using InferenceEngine large = TinyEngine.Create();
        await using InferenceEngine small = TinyEngine.Create(TinyEngine.Options(blocks: 24));

        Completed[] expected = await Task.WhenAll(requests.Select(request => large.CompleteAsync(request)));
        Completed[] actual = await Task.WhenAll(requests.Select(request => small.CompleteAsync(request)));

        Assert.Equal(0, large.Statistics.Preemptions);
        Assert.True(small.Statistics.Preemptions > 0);
        Assert.Equal(expected.Select(completed => completed.Ids), actual.Select(completed => completed.Ids));
        Assert.Equal(LogProbabilities(expected), LogProbabilities(actual));
    }

    [Fact]
    public async Task CompleteAsync_LetsAShortRequestOvertakeALongOne()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest longRequest = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 400);
        Completed alone = await engine.CompleteAsync(longRequest);
        int before = 0;
        var together = new Completed(1);
        Task<Completed>? brief = null;

        await foreach (CompletionUpdate update in engine.CompleteAsync(longRequest, CancellationToken.None))
        {
            together.Add(update);
            if (together.Ids.Count == 50)
            {
                brief = engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(10, 2), tokens: 5));
            }

            before += brief is { IsCompleted: true } ? 0 : 1;
        }

        Assert.Equal(5, (await brief!).Ids.Count);
        Assert.InRange(before, 50, 399);
        Assert.Equal(alone.Ids, together.Ids);
    }

    [Fact]
    public async Task Statistics_CountWhatWasDone()
    {
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options() with { MaxBatch = 4 });

        await Task.WhenAll(_requests.Take(8).Select(request => engine.CompleteAsync(request)));

        EngineStatistics statistics = engine.Statistics;
        Assert.Equal(
            _requests.Take(8).Sum(request => 5 + (int)(request.Sampling.Seed % 7)), statistics.CompletionTokens);
        Assert.Equal(_requests.Take(8).Sum(request => 3 + (5 * (int)request.Sampling.Seed)), statistics.PromptTokens);
        Assert.Equal(200, statistics.Blocks);
        Assert.Equal(TinyEngine.Bytes(1), statistics.BlockBytes);
        Assert.InRange(statistics.Steps, 11, 100);
    }

    private static IEnumerable<float> LogProbabilities(IEnumerable<Completed> completions) =>
        completions.SelectMany(completed => completed.Scores[0].Select(score => score.LogProbability));
}
