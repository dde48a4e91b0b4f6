using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;

namespace Puyu.Inference.Tests.Adapters;

public class LoraTests
{
    private static readonly CompletionRequest _request =
        TinyEngine.Request(TinyEngine.Prompt(40), tokens: 12) with { ScoresPrompt = true, TopLogProbabilities = 0 };

    [Theory]
    [InlineData(ModelArchitecture.Llama)]
    [InlineData(ModelArchitecture.InternLm2)]
    public async Task CompleteAsync_WithAnAdapter_IsTheModelOfMergedWeights(ModelArchitecture architecture)
    {
        using var folder = new TemporaryFolder();
        ModelConfig config = TinyEngine.Config with { Architecture = architecture };
        await using InferenceEngine engine = TinyEngine.Create(config: config);
        await engine.LoadAdapterAsync("a", TinyAdapter.Write(folder, "a", config, seed: 1), CancellationToken.None);
        var merged = new EngineModel(
            "merged",
            backend =>
            {
                Decoder decoder = Decoder.Create(config, backend);
                decoder.Initialize(seed: 1);
                TinyAdapter.Merge(decoder, seed: 1);
                return decoder;
            },
            TinyModel.Tokenizer, chatTemplate: null);
        await using var reference = new InferenceEngine(merged, TinyEngine.Options(), TimeProvider.System);

        Completed plain = await engine.CompleteAsync(_request);
        Completed adapted = await engine.CompleteAsync(_request with { Adapter = "a" });
        Completed expected = await reference.CompleteAsync(_request);

        Assert.Equal(["a"], engine.Card.Adapters);
        Assert.All(Scores(expected).Zip(Scores(adapted)), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        Assert.Equal(expected.Ids, adapted.Ids);
        Assert.True(Scores(plain).Zip(Scores(adapted)).Max(pair => Math.Abs(pair.First - pair.Second)) > 0.1);
    }

    [Fact]
    public async Task CompleteAsync_OfSeveralAdaptersInOneBatch_IsThatOfEachAlone()
    {
        using var folder = new TemporaryFolder();
        await using InferenceEngine engine = TinyEngine.Create();
        string?[] names = [null, "a", "b", "c", "d"];
        foreach (string name in names.OfType<string>())
        {
            string path = TinyAdapter.Write(
                folder, name, TinyEngine.Config, seed: name[0], only: name == "b" ? "attention" : "");
            await engine.LoadAdapterAsync(name, path, CancellationToken.None);
        }

        CompletionRequest[] requests = [.. Enumerable.Range(0, 15).Select(
            i => _request with { Adapter = names[i % 5], Prompt = new Prompt.OfTokens(TinyEngine.Prompt(20 + i)) })];
        List<Completed> alone = [];
        foreach (CompletionRequest request in requests)
        {
            alone.Add(await engine.CompleteAsync(request));
        }

        Completed[] together = await Task.WhenAll(requests.Select(request => engine.CompleteAsync(request)));

        Assert.Equal(alone.Select(completed => completed.Ids), together.Select(completed => completed.Ids));
        Assert.Equal(alone.SelectMany(Scores), together.SelectMany(Scores));
        Assert.Equal(5, alone.Take(5).Select(completed => string.Join(' ', completed.Ids)).Distinct().Count());
    }

    [Fact]
    public async Task CompleteAsync_SharesNothingBetweenAdapters()
    {
        using var folder = new TemporaryFolder();
        await using InferenceEngine engine = TinyEngine.Create();
        string path = TinyAdapter.Write(folder, "a", TinyEngine.Config, seed: 1);
        await engine.LoadAdapterAsync("a", path, CancellationToken.None);
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(40), tokens: 2);

        await engine.CompleteAsync(request);
        Completed first = await engine.CompleteAsync(request with { Adapter = "a" });
        Completed second = await engine.CompleteAsync(request with { Adapter = "a" });
        await engine.UnloadAdapterAsync("a", CancellationToken.None);
        await engine.LoadAdapterAsync("a", path, CancellationToken.None);
        Completed reloaded = await engine.CompleteAsync(request with { Adapter = "a" });

        Assert.Equal(0, first.Updates[0].CachedTokens);
        Assert.Equal(32, second.Updates[0].CachedTokens);
        Assert.Equal(0, reloaded.Updates[0].CachedTokens);
        Assert.Equal(first.Ids, reloaded.Ids);
    }

    [Fact]
    public async Task UnloadAdapterAsync_WaitsForWhomUsesIt()
    {
        using var folder = new TemporaryFolder();
        await using InferenceEngine engine = TinyEngine.Create();
        string path = TinyAdapter.Write(folder, "a", TinyEngine.Config, seed: 1);
        await engine.LoadAdapterAsync("a", path, CancellationToken.None);
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 300) with { Adapter = "a" };
        Task<Completed> running = engine.CompleteAsync(request);

        Task unloading = engine.UnloadAdapterAsync("a", CancellationToken.None);

        EngineException exception = await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(request));
        Assert.Equal(EngineErrorCode.UnknownAdapter, exception.Code);
        Assert.Empty(engine.Card.Adapters);
        Assert.Equal(300, (await running).Ids.Count);
        await unloading;
        await Assert.ThrowsAsync<EngineException>(() => engine.UnloadAdapterAsync("a", CancellationToken.None));
    }

    [Fact]
    public async Task LoadAdapterAsync_NamesWhatDoesNotFit()
    {
        using var folder = new TemporaryFolder();
        await using InferenceEngine engine = TinyEngine.Create();
        string good = TinyAdapter.Write(folder, "good", TinyEngine.Config, seed: 1);
        string wide = TinyAdapter.Write(folder, "wide", TinyEngine.Config with { HiddenSize = 64 }, seed: 1);
        string other = TinyAdapter.Write(
            folder, "other", TinyEngine.Config with { Architecture = ModelArchitecture.InternLm2 }, seed: 1);
        string biased = TinyAdapter.Write(folder, "biased", TinyEngine.Config, seed: 1, bias: "all");
        await engine.LoadAdapterAsync("good", good, CancellationToken.None);

        Assert.Contains("there is an adapter 'good' already", await Message(good), StringComparison.Ordinal);
        Assert.Contains("so they must be [rank, 32]", await Message(wide), StringComparison.Ordinal);
        Assert.Contains("lora_A.weight", await Message(other), StringComparison.Ordinal);
        Assert.Contains("bias is 'all'", await Message(biased), StringComparison.Ordinal);
        Assert.Contains("adapter_config.json", await Message(folder.Root), StringComparison.Ordinal);

        async Task<string> Message(string path) => (await Assert.ThrowsAsync<EngineException>(
            () => engine.LoadAdapterAsync("good", path, CancellationToken.None))).Message;
    }

    private static IEnumerable<float> Scores(Completed completed) =>
        completed.Updates[0].PromptScores.Concat(completed.Scores[0]).Select(score => score.LogProbability);
}
