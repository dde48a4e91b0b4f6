using System.Runtime.CompilerServices;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Adapters;
using Puyu.Inference.Scoring;
using Puyu.Models;

namespace Puyu.Inference.Engine;

/// <summary>
/// A decoder that completes many prompts at once: sequences join and leave a running batch, share the blocks of common
/// prefixes, and get the same tokens whoever else is there. See docs/engine.md.
/// </summary>
public sealed class InferenceEngine : IInferenceEngine
{
    private readonly EngineModel _model;
    private readonly EngineOptions _options;
    private readonly PromptEncoder _encoder;
    private readonly CompletionFactory _factory;
    private readonly SessionTable _sessions;
    private readonly AdapterTable _adapters = new();
    private readonly EngineCounters _counters = new();
    private readonly EngineCore _core;
    private readonly EngineThread _thread;
    private readonly EngineCard _card;
    private volatile bool _isSleeping;
    private int _isDisposed;

    /// <summary>Loads a model and starts the engine's thread.</summary>
    /// <param name="model">What is served.</param>
    /// <param name="options">How much at once.</param>
    /// <param name="time">For ageing and the time of loading.</param>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    internal InferenceEngine(EngineModel model, EngineOptions options, TimeProvider time)
    {
        _model = model;
        _options = options.Validated();
        _sessions = new SessionTable(options.MaxSessions);
        _core = new EngineCore(model, _options, _sessions, _adapters, _counters, time);
        _encoder = new PromptEncoder(model.Tokenizer, model.ChatTemplate, _core.Config);
        _factory = new CompletionFactory(model, _options, _encoder, _core.Texts, _sessions, _adapters, _core);
        _card = CreateCard(time.GetUtcNow());
        _thread = new EngineThread(_core.Step);
    }

    /// <summary>Loads a model and starts its engine.</summary>
    /// <param name="path">A folder in Hugging Face's layout, or a .gguf file.</param>
    /// <param name="options">How much at once.</param>
    /// <param name="time">For ageing and the time of loading.</param>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    /// <exception cref="InvalidDataException">A file is corrupt or contradicts another.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    public static InferenceEngine Load(string path, EngineOptions options, TimeProvider time) =>
        new(EngineModel.Open(path, options), options, time);

    /// <inheritdoc/>
    public EngineCard Card => _card with { Adapters = _adapters.Names };

    /// <inheritdoc/>
    public EngineStatistics Statistics => _counters.Read();

    /// <inheritdoc/>
    public bool IsSleeping => _isSleeping;

    /// <summary>What is served.</summary>
    internal EngineModel Model => _model;

    /// <summary>Sizes and variants of the model.</summary>
    internal ModelConfig Config => _core.Config;

    /// <summary>Tokens in a block: so many must be alike for a prefix to be shared.</summary>
    internal int BlockSize => _options.BlockSize;

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text, bool addsBeginning) => _encoder.Encode(text, addsBeginning);

    /// <inheritdoc/>
    public string Decode(IReadOnlyList<int> tokenIds)
    {
        _factory.RequireTokens(tokenIds, nameof(tokenIds));
        return _model.Tokenizer.Decode([.. tokenIds]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> EncodePrompt(Prompt prompt) => _encoder.Encode(prompt, history: []);

    /// <inheritdoc/>
    public async IAsyncEnumerable<CompletionUpdate> CompleteAsync(
        CompletionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RequireAwake();
        Completion completion = _factory.Begin(request);
        void Cancel() => _thread.Post(() => _core.Cancel(completion));
        _thread.Post(() => Add(completion));
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.Register(Cancel);
            await foreach (CompletionUpdate update in completion.Updates.ReadAllAsync(cancellationToken)
                .ConfigureAwait(false))
            {
                yield return update;
                if (completion.HasRoomAgain)
                {
                    _thread.Wake();
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            Cancel();
        }
    }

    /// <inheritdoc/>
    public async Task<float[]> EmbedAsync(IReadOnlyList<int> tokenIds, CancellationToken cancellationToken)
    {
        RequireAwake();
        Sequence sequence = _factory.CreateEmbedding(tokenIds);
        await ComputeAsync([sequence], cancellationToken).ConfigureAwait(false);
        return sequence.Embedding!;
    }

    /// <summary>Scores tokens behind inputs; afterwards the inputs know how likely they are.</summary>
    /// <param name="inputs">None longer than the context; in the order in which they are begun.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    internal Task ScoreAsync(IEnumerable<ScoredInput> inputs, CancellationToken cancellationToken)
    {
        RequireAwake();
        return ComputeAsync([.. inputs.Select(_factory.CreateScored)], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task LoadAdapterAsync(string name, string folder, CancellationToken cancellationToken) =>
        await _thread.InvokeAsync(() =>
        {
            _core.LoadAdapter(name, folder);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task UnloadAdapterAsync(string name, CancellationToken cancellationToken)
    {
        Task<int> retired = _adapters.RetireAsync(name);
        Task freed = FreeAsync();
        await freed.WaitAsync(cancellationToken).ConfigureAwait(false);

        async Task FreeAsync()
        {
            int number = await retired.ConfigureAwait(false);
            _thread.Post(() => _adapters.Free(number));
        }
    }

    /// <inheritdoc/>
    public int Abort(string? sessionId) =>
        _thread.InvokeAsync(() => _core.Abort(sessionId)).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public bool EndSession(string sessionId)
    {
        if (_sessions.Remove(sessionId) is not { } session)
        {
            return false;
        }

        _thread.Post(() =>
        {
            _core.Abort(sessionId);
            _core.Forget(session.Salt, session.History);
        });
        return true;
    }

    /// <inheritdoc/>
    public async Task SleepAsync(int level, CancellationToken cancellationToken)
    {
        if (level is not (1 or 2))
        {
            throw new EngineException(
                EngineErrorCode.InvalidRequest, $"the level is {level} but must be 1 or 2", nameof(level));
        }

        _isSleeping = true;
        await _thread.InvokeAsync(() =>
        {
            _core.Sleep(level);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WakeAsync(CancellationToken cancellationToken) => await _thread.InvokeAsync(() =>
    {
        _core.Wake();
        return _isSleeping = false;
    }).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _isSleeping = true;
        try
        {
            await _thread.InvokeAsync(() =>
            {
                _core.Stop();
                return true;
            }).ConfigureAwait(false);
        }
        finally
        {
            await Task.Run(_thread.Stop).ConfigureAwait(false);
            _adapters.Dispose();
            _core.Dispose();
        }
    }

    /// <summary>Brings sequences that complete nothing through the model.</summary>
    private async Task ComputeAsync(Sequence[] sequences, CancellationToken cancellationToken)
    {
        _thread.Post(() => Array.ForEach(sequences, Add));
        using CancellationTokenRegistration registration = cancellationToken.Register(
            () => _thread.Post(() => Array.ForEach(sequences, _core.Cancel)));
        await Task.WhenAll(sequences.Select(sequence => sequence.Promise!.Task)).WaitAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    private static EngineException Sleeping() =>
        new(EngineErrorCode.Sleeping, "the engine sleeps; wake it");

    private EngineCard CreateCard(DateTimeOffset loaded) => new()
    {
        Name = _options.Name ?? _model.Name,
        ContextLength = _core.Capacity,
        VocabSize = _model.Tokenizer.VocabSize,
        EmbeddingSize = _core.Config.HiddenSize,
        Loaded = loaded,
        Chats = _model.ChatTemplate is not null,
        ToolCalls = _factory.ToolCalls,
        Sampling = _model.Sampling,
        Weights = _core.Weights.Description,
        WeightBytes = _core.Weights.BytesPerToken,
        Cache = _options.CacheFormat.ToString().ToLowerInvariant(),
    };

    private void Add(Completion completion)
    {
        if (_core.IsAsleep)
        {
            _core.Completions.Fail(completion, Sleeping());
        }
        else
        {
            _core.Completions.Add(completion);
        }
    }

    private void Add(Sequence sequence)
    {
        if (_core.IsAsleep)
        {
            sequence.Promise!.TrySetException(Sleeping());
        }
        else
        {
            _core.Completions.Add(sequence);
        }
    }

    private void RequireAwake()
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        if (_isSleeping)
        {
            throw Sleeping();
        }
    }
}
