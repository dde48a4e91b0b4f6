using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Caching;
using Puyu.Inference.Engine;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Chat;

namespace Puyu.Inference.Tests.Support;

/// <summary>An engine of <see cref="TinyModel"/> with a longer context.</summary>
internal static class TinyEngine
{
    public const int BlockSize = 16;

    public static ModelConfig Config { get; } = TinyModel.Config with { MaxPositions = 2048 };

    /// <summary>Room for so many blocks of <see cref="BlockSize"/> tokens.</summary>
    public static long Bytes(int blocks) => blocks * KvStorage.BlockBytes(Config, BlockSize, KvFormat.F32);

    public static EngineOptions Options(int blocks = 200) => new()
    {
        Threads = 1,
        CacheBytes = Bytes(blocks),
        BlockSize = BlockSize,
    };

    public static InferenceEngine Create(
        EngineOptions? options = null, ModelConfig? config = null, ChatTemplate? template = null) =>
        new(
            new EngineModel("tiny", backend => Load(backend, config ?? Config), TinyModel.Tokenizer, template),
            options ?? Options(), TimeProvider.System);

    /// <summary>An engine with a draft model of the same sizes.</summary>
    /// <param name="options">With <see cref="EngineOptions.MaxDraftTokens"/>.</param>
    /// <param name="draftSeed">Of the draft model's weights; those of the model are from seed 1.</param>
    /// <param name="draftConfig">Null for that of the model.</param>
    /// <param name="tokenizer">Of the draft model; null for that of the model.</param>
    public static InferenceEngine CreateDrafted(
        EngineOptions options, ulong draftSeed, ModelConfig? draftConfig = null, Tokenizer? tokenizer = null) =>
        new(
            new EngineModel("tiny", backend => Load(backend, Config), TinyModel.Tokenizer, chatTemplate: null)
            {
                Draft = new EngineModel(
                    "draft", backend => Load(backend, draftConfig ?? Config, draftSeed),
                    tokenizer ?? TinyModel.Tokenizer, chatTemplate: null),
            },
            options, TimeProvider.System);

    /// <summary>Prompts that differ in length and content.</summary>
    public static int[] Prompt(int length, int seed = 1) =>
        [.. Enumerable.Range(0, length).Select(i => ((i * (7 + seed)) + (seed * 31)) % 256)];

    public static CompletionRequest Request(int[] prompt, int tokens, ulong seed = 1) => new()
    {
        Prompt = new Prompt.OfTokens(prompt),
        Sampling = new SamplingOptions { MaxTokens = tokens, Seed = seed, IgnoresEndOfText = true },
    };

    /// <summary>All that an engine says to a request.</summary>
    public static async Task<Completed> CompleteAsync(
        this InferenceEngine engine, CompletionRequest request, CancellationToken cancellationToken = default)
    {
        var completed = new Completed(request.Choices);
        await foreach (CompletionUpdate update in engine.CompleteAsync(request, cancellationToken))
        {
            completed.Add(update);
        }

        return completed;
    }

    private static Decoder Load(Backend backend, ModelConfig config, ulong seed = 1)
    {
        Decoder decoder = Decoder.Create(config, backend);
        decoder.Initialize(seed);
        return decoder;
    }
}

/// <summary>The updates of a request, joined.</summary>
internal sealed class Completed(int choices)
{
    public List<int>[] TokenIds { get; } = [.. Enumerable.Range(0, choices).Select(_ => new List<int>())];

    public string[] Text { get; } = [.. Enumerable.Repeat("", choices)];

    public List<TokenScore>[] Scores { get; } = [.. Enumerable.Range(0, choices).Select(_ => new List<TokenScore>())];

    public FinishReason?[] Reasons { get; } = new FinishReason?[choices];

    public List<CompletionUpdate> Updates { get; } = [];

    public IReadOnlyList<int> Ids => TokenIds[0];

    public void Add(CompletionUpdate update)
    {
        Assert.Null(Reasons[update.Choice]);
        Updates.Add(update);
        TokenIds[update.Choice].AddRange(update.TokenIds);
        Text[update.Choice] += update.Text;
        Scores[update.Choice].AddRange(update.Scores);
        Reasons[update.Choice] = update.FinishReason;
    }
}
