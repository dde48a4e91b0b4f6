using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.Tests.Support;

/// <summary>An engine that says what a test tells it to. Tokens are the bytes of UTF-8.</summary>
internal sealed class ScriptedEngine : IInferenceEngine
{
    public static readonly ToolCallSyntax Syntax = new("<call>", "</call>", "parameters");

    /// <summary>What a request is answered with; pieces of text, each one step.</summary>
    public Func<CompletionRequest, CancellationToken, IAsyncEnumerable<CompletionUpdate>> Script { get; set; } =
        (request, _) => Say(request, "Hello", ", ", "world", ".");

    public EngineCard Card { get; set; } = new()
    {
        Name = "scripted",
        ContextLength = 512,
        VocabSize = 256,
        EmbeddingSize = 4,
        Loaded = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        Chats = true,
        ToolCalls = Syntax,
        Sampling = new SamplingOptions { Temperature = 0.8f, TopK = 50 },
        Adapters = ["pirate"],
    };

    public EngineStatistics Statistics { get; set; } = new() { Blocks = 8, UsedBlocks = 2, CompletionTokens = 7 };

    public bool IsSleeping { get; set; }

    /// <summary>Texts of the token ids; null where each is a byte.</summary>
    public IReadOnlyList<string>? Tokens { get; set; }

    /// <summary>How the template ends a prompt of messages.</summary>
    public string PromptEnd { get; set; } = "";

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<CompletionRequest> Requests { get; } = [];

    /// <summary>Completions that were cancelled or left before their end.</summary>
    public int Abandoned => _abandoned;

    public ConcurrentQueue<string> Events { get; } = [];

    private int _abandoned;

    /// <summary>Answers every request with these pieces.</summary>
    public void Answer(params string[] pieces) => Script = (request, _) => Say(request, pieces);

    /// <summary>The updates of a completion that says these pieces, for every choice.</summary>
    public static async IAsyncEnumerable<CompletionUpdate> Say(CompletionRequest request, params string[] pieces)
    {
        for (int i = 0; i < pieces.Length; i++)
        {
            for (int choice = 0; choice < request.Choices; choice++)
            {
                await Task.Yield();
                yield return Update(request, choice, pieces[i]) with
                {
                    FinishReason = i == pieces.Length - 1 ? FinishReason.Stop : null,
                    PromptScores = i == 0 && choice == 0 && request.ScoresPrompt ? PromptScores(request) : [],
                };
            }
        }
    }

    public static CompletionUpdate Update(CompletionRequest request, int choice, string text) => new()
    {
        Choice = choice,
        Text = text,
        TokenIds = [.. Encoding.UTF8.GetBytes(text).Take(1).Select(value => (int)value)],
        Scores = request.TopLogProbabilities is { } count ? [Score(text, count)] : [],
        PromptTokens = PromptIds(request.Prompt).Count,
        CachedTokens = 3,
    };

    public IReadOnlyList<int> Encode(string text, bool addsBeginning) =>
        [.. addsBeginning ? [1] : Array.Empty<int>(), .. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    public string Decode(IReadOnlyList<int> tokenIds) => Tokens is { } texts && tokenIds.All(id => id < texts.Count)
        ? string.Concat(tokenIds.Select(id => texts[id]))
        : Encoding.UTF8.GetString(
        [.. tokenIds.Where(tokenId => tokenId != 1).Select(tokenId => (byte)tokenId)]);

    public IReadOnlyList<int> EncodePrompt(Prompt prompt) =>
        [.. PromptIds(prompt), .. Encoding.UTF8.GetBytes(PromptEnd).Select(value => (int)value)];

    public async IAsyncEnumerable<CompletionUpdate> CompleteAsync(
        CompletionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        bool ended = false;
        try
        {
            await foreach (CompletionUpdate update in Script(request, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                ended |= update.FinishReason is not null;
                yield return update;
            }
        }
        finally
        {
            if (!ended)
            {
                Interlocked.Increment(ref _abandoned);
            }
        }
    }

    public Task<float[]> EmbedAsync(IReadOnlyList<int> tokenIds, CancellationToken cancellationToken) =>
        Task.FromResult(new float[] { 0.5f, -0.5f, 0.5f, tokenIds.Count });

    public Task LoadAdapterAsync(string name, string folder, CancellationToken cancellationToken)
    {
        Card = Card with { Adapters = [.. Card.Adapters, name] };
        Events.Enqueue($"load {name} {folder}");
        return Task.CompletedTask;
    }

    public Task UnloadAdapterAsync(string name, CancellationToken cancellationToken)
    {
        if (!Card.Adapters.Contains(name))
        {
            throw new EngineException(EngineErrorCode.UnknownAdapter, $"there is no adapter {name}", "lora_name");
        }

        Card = Card with { Adapters = [.. Card.Adapters.Where(adapter => adapter != name)] };
        return Task.CompletedTask;
    }

    public int Abort(string? sessionId)
    {
        Events.Enqueue($"abort {sessionId ?? "all"}");
        return 1;
    }

    public bool EndSession(string sessionId)
    {
        Events.Enqueue($"end {sessionId}");
        return true;
    }

    public Task SleepAsync(int level, CancellationToken cancellationToken)
    {
        IsSleeping = true;
        Events.Enqueue($"sleep {level}");
        return Task.CompletedTask;
    }

    public Task WakeAsync(CancellationToken cancellationToken)
    {
        IsSleeping = false;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IReadOnlyList<int> PromptIds(Prompt prompt) => prompt switch
    {
        Prompt.OfTokens tokens => tokens.TokenIds,
        Prompt.OfText text => [1, .. Encoding.UTF8.GetBytes(text.Text).Select(value => (int)value)],
        Prompt.OfMessages messages => [.. messages.Messages.SelectMany(
            message => Encoding.UTF8.GetBytes($"{message.Role}:{message.Content}\n")).Select(value => (int)value)],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IReadOnlyList<TokenScore> PromptScores(CompletionRequest request) => [.. PromptIds(request.Prompt)
        .Select((tokenId, index) => Score(((char)tokenId).ToString(), 0) with { LogProbability = index == 0 ? 0 : -2 })];

    private static TokenScore Score(string text, int alternatives) =>
        new('a', text, Encoding.UTF8.GetBytes(text), -0.25f)
        {
            Alternatives = [.. Enumerable.Range(0, alternatives).Select(
                rank => new TokenScore(rank, $"{text}{rank}", Encoding.UTF8.GetBytes($"{text}{rank}"), -0.25f - rank))],
        };
}
