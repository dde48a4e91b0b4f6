using Puyu.Abstractions.Engine;
using Puyu.Inference.Adapters;
using Puyu.Inference.Caching;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Engine;

/// <summary>The state of an engine. All but the constructor belongs to the engine's thread.</summary>
internal sealed class EngineCore : IDisposable
{
    private readonly EngineModel _model;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly EngineCounters _counters;
    private readonly Backend _backend;
    private readonly AdapterTable _adapters;
    private long _earlierPreemptions;
    private Decoder? _decoder;
    private Decoder? _draft;
    private EngineParts? _parts;
    private Scheduler _scheduler = null!;
    private StepExecutor _executor = null!;

    /// <summary>Loads the model.</summary>
    /// <param name="model">What is served.</param>
    /// <param name="options">Validated.</param>
    /// <param name="sessions">The conversations.</param>
    /// <param name="adapters">What changes the model.</param>
    /// <param name="counters">Counts.</param>
    /// <param name="time">For ageing.</param>
    public EngineCore(
        EngineModel model, EngineOptions options, SessionTable sessions, AdapterTable adapters,
        EngineCounters counters, TimeProvider time)
    {
        _model = model;
        _options = options;
        _time = time;
        _counters = counters;
        _adapters = adapters;
        _backend = options.Threads is { } threads ? new CpuBackend(threads) : new CpuBackend();
        try
        {
            Load();
            model.RequireDraftVocabulary();
            Texts = new TokenTexts(model.Tokenizer, model.ChatTemplate);
            Config = _decoder!.Config;
            Weights = WeightFacts.Of(_decoder);
            Completions = new ActiveCompletions(sessions, adapters) { Scheduler = null! };
            Build();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Sizes and variants of the model.</summary>
    public ModelConfig Config { get; }

    /// <summary>How its weights are stored.</summary>
    public WeightFacts Weights { get; }

    /// <summary>How tokens become text.</summary>
    public TokenTexts Texts { get; }

    /// <summary>The requests at work.</summary>
    public ActiveCompletions Completions { get; }

    /// <summary>Whether memory is given back.</summary>
    public bool IsAsleep => _parts is null;

    /// <summary>Tokens of prompt and completion together at most.</summary>
    public int Capacity { get; private set; }

    /// <summary>Sequences that could join the batch. May be read by any thread.</summary>
    public int FreeSlots => _options.MaxBatch - _counters.Read().Running;

    /// <summary>On which lengths rotations depend.</summary>
    public RopeLengths RopeLengths { get; private set; } = null!;

    /// <summary>Does a step.</summary>
    /// <returns>False if nobody can go on before the next command.</returns>
    public bool Step()
    {
        if (_parts is null)
        {
            return false;
        }

        bool isEmpty = false;
        try
        {
            StepPlan plan = _scheduler.Plan();
            isEmpty = plan.Rows.Count == 0;
            _executor.Execute(plan);
        }
#pragma warning disable CA1031 // whatever a step throws ends the requests in it, not the engine
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Completions.Fail(exception);
        }

        Publish();
        return !isEmpty;
    }

    /// <summary>Ends the requests of a session, or all.</summary>
    /// <returns>How many.</returns>
    public int Abort(string? sessionId)
    {
        int aborted = Completions.Abort(sessionId);
        Publish();
        return aborted;
    }

    /// <summary>Ends a request whose reader has left.</summary>
    public void Cancel(Completion completion)
    {
        Completions.Cancel(completion);
        Publish();
    }

    /// <summary>Ends a sequence that completes nothing and that nobody waits for.</summary>
    public void Cancel(Sequence sequence)
    {
        Completions.Cancel(sequence);
        Publish();
    }

    /// <summary>Forgets what is cached of a conversation.</summary>
    public void Forget(CacheSalt salt, int[] history)
    {
        if (_parts is { } parts)
        {
            parts.Pool.Forget(salt, history);
            Publish();
        }
    }

    /// <summary>Ends what runs and gives memory back.</summary>
    /// <param name="level">1: the cache; 2: the weights as well.</param>
    public void Sleep(int level)
    {
        Completions.AbortAll(new EngineException(EngineErrorCode.Sleeping, "the engine sleeps; wake it"));
        Publish();
        if (_parts is not null)
        {
            _earlierPreemptions += _scheduler.Preemptions;
            SavePrefixes();
            _parts.Dispose();
            _parts = null;
        }

        if (level == 2)
        {
            _decoder?.Dispose();
            _decoder = null;
            _draft?.Dispose();
            _draft = null;
        }

        _backend.Memory.Trim();
        _counters.PublishCache(blocks: 0, _options.BlockSize, blockBytes: 0);
        _counters.Publish(running: 0, waiting: 0, used: 0, cached: 0, _earlierPreemptions);
    }

    /// <summary>Ends what runs and keeps the cached prefixes, if there is a folder for them.</summary>
    public void Stop()
    {
        Completions.AbortAll(new EngineException(EngineErrorCode.Sleeping, "the engine stops"));
        SavePrefixes();
    }

    /// <summary>Makes an adapter available.</summary>
    /// <exception cref="EngineException">The name is taken, or the adapter does not fit the model.</exception>
    public void LoadAdapter(string name, string folder)
    {
        try
        {
            _adapters.Add(name, LoraAdapter.Load(folder, Config, _backend));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new EngineException(EngineErrorCode.InvalidRequest, exception.Message, nameof(folder));
        }
    }

    /// <summary>Takes the memory again.</summary>
    public void Wake()
    {
        if (_parts is null)
        {
            Load();
            Build();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parts?.Dispose();
        _decoder?.Dispose();
        _draft?.Dispose();
        _backend.Dispose();
    }

    private void SavePrefixes()
    {
        if (_options.PrefixFolder is { } folder)
        {
            _parts?.SavePrefixes(folder);
        }
    }

    private void Load()
    {
        // Vocabularies are read while weights are.
        _decoder ??= _model.Load(_backend);
        _draft ??= _model.Draft?.Load(_backend);
        RequireVocabulary(_model, _decoder.Config);
        if (_draft is not null)
        {
            RequireVocabulary(_model.Draft!, _draft.Config);
        }
    }

    private static void RequireVocabulary(EngineModel model, ModelConfig config)
    {
        if (model.Tokenizer.VocabSize > config.VocabSize)
        {
            throw new ArgumentException(
                $"the tokenizer has {model.Tokenizer.VocabSize} ids "
                + $"but the model has embeddings for {config.VocabSize}");
        }
    }

    private void Build()
    {
        EngineParts parts = new(_decoder!, _draft, _model.Tokenizer.VocabSize, _adapters, _options);
        _parts = parts;
        Capacity = parts.Capacity;
        RopeLengths = parts.RopeLengths;
        var drafting = new Drafting(_options, parts.Capacity, parts.RopeLengths, parts.Draft);
        _scheduler = new Scheduler(_options, parts.Pool, parts.RopeLengths, drafting, parts.CopyBlock, _time);
        Completions.Scheduler = _scheduler;
        _executor = new StepExecutor(parts, _scheduler, _options, Texts, Completions, _counters);
        if (_options.PrefixFolder is { } folder)
        {
            parts.TryLoadPrefixes(folder);
        }

        _counters.PublishCache(parts.Pool.Count, _options.BlockSize, parts.BlockBytes);
    }

    private void Publish()
    {
        if (_parts is { } parts)
        {
            _counters.Publish(
                _scheduler.Running, _scheduler.Waiting, parts.Pool.UsedCount, parts.Pool.CachedCount,
                _earlierPreemptions + _scheduler.Preemptions);
        }
    }
}
