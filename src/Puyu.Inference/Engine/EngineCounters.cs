using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Engine;

/// <summary>What an engine counts: written by its thread, read by anybody.</summary>
internal sealed class EngineCounters
{
    private long _steps;
    private long _promptTokens;
    private long _cachedTokens;
    private long _completionTokens;
    private long _draftTokens;
    private long _acceptedTokens;
    private EngineStatistics _state = new();

    /// <summary>Counts a forward.</summary>
    public void AddStep() => Interlocked.Increment(ref _steps);

    /// <summary>Counts a prompt that has begun.</summary>
    public void AddPrompt(int tokens, int cached)
    {
        Interlocked.Add(ref _promptTokens, tokens);
        Interlocked.Add(ref _cachedTokens, cached);
    }

    /// <summary>Counts a drawn token.</summary>
    public void AddCompletionToken() => Interlocked.Increment(ref _completionTokens);

    /// <summary>Counts the tokens of a draft.</summary>
    public void AddDraft(int tokens) => Interlocked.Add(ref _draftTokens, tokens);

    /// <summary>Counts a token of a draft that is accepted.</summary>
    public void AddAcceptedToken() => Interlocked.Increment(ref _acceptedTokens);

    /// <summary>Publishes the state of batch, queue and blocks if it is not what was published last.</summary>
    public void Publish(int running, int waiting, int used, int cached, long preemptions)
    {
        EngineStatistics last = _state;
        if (last.Running != running || last.Waiting != waiting || last.UsedBlocks != used
            || last.CachedBlocks != cached || last.Preemptions != preemptions)
        {
            Volatile.Write(ref _state, last with
            {
                Running = running,
                Waiting = waiting,
                UsedBlocks = used,
                CachedBlocks = cached,
                Preemptions = preemptions,
            });
        }
    }

    /// <summary>Publishes the size of the cache.</summary>
    public void PublishCache(int blocks, int blockSize, long blockBytes) => Volatile.Write(
        ref _state, _state with { Blocks = blocks, BlockSize = blockSize, BlockBytes = blockBytes });

    /// <summary>Everything.</summary>
    public EngineStatistics Read() => Volatile.Read(ref _state) with
    {
        Steps = Interlocked.Read(ref _steps),
        PromptTokens = Interlocked.Read(ref _promptTokens),
        CachedTokens = Interlocked.Read(ref _cachedTokens),
        CompletionTokens = Interlocked.Read(ref _completionTokens),
        DraftTokens = Interlocked.Read(ref _draftTokens),
        AcceptedTokens = Interlocked.Read(ref _acceptedTokens),
    };
}
