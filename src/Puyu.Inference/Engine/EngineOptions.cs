using Puyu.Abstractions;
using Puyu.Inference.Caching;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Engine;

/// <summary>How much an engine does at once, and with how much memory.</summary>
public sealed record EngineOptions
{
    /// <summary>Name that requests use; null for that of the model's folder or file.</summary>
    public string? Name { get; init; }

    /// <summary>How weights are kept in memory, and where packed ones are kept on disk.</summary>
    public WeightsOptions Weights { get; init; } = new();

    /// <summary>Name of the chat template; null for the model's own, or else that of its family.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Told, in a sentence, what the user should know of the loading; null tells nobody.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>Threads that compute; null for one a processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Sequences that are completed at once.</summary>
    public int MaxBatch { get; init; } = 16;

    /// <summary>
    /// Tokens of one forward: one of each sequence that decodes, the rest for prompts. Bounds how long a long prompt
    /// can hold up the others.
    /// </summary>
    public int TokensPerStep { get; init; } = 256;

    /// <summary>Longest prompt with its completion, in tokens; null for what the model is made for.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Tokens in a block of the key-value cache.</summary>
    public int BlockSize { get; init; } = 16;

    /// <summary>How keys and values are stored.</summary>
    public KvFormat CacheFormat { get; init; }

    /// <summary>
    /// Memory of the key-value cache; null for a full batch of full contexts, and at most half of the free memory.
    /// </summary>
    public long? CacheBytes { get; init; }

    /// <summary>Whether full blocks are kept for later prompts that begin alike.</summary>
    public bool CachesPrefixes { get; init; } = true;

    /// <summary>
    /// Tokens proposed at a time for a sequence, by <see cref="DraftModel"/> or else by looking up how its own text
    /// went on, and verified in one forward; 0 proposes none.
    /// </summary>
    public int MaxDraftTokens { get; init; }

    /// <summary>
    /// Folder or .gguf file of a smaller model with the same vocabulary that proposes tokens; null for none. Greedy
    /// completions are the same with it; drawn ones are distributed the same. Its keys and values are part of
    /// <see cref="CacheBytes"/>.
    /// </summary>
    public string? DraftModel { get; init; }

    /// <summary>
    /// Folder in which cached prefixes are kept while the engine sleeps or is stopped; null for none.
    /// </summary>
    public string? PrefixFolder { get; init; }

    /// <summary>Requests that may wait; more are refused.</summary>
    public int QueueLimit { get; init; } = 256;

    /// <summary>Waiting time that counts as much as one class of priority.</summary>
    public TimeSpan PriorityAgeing { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Updates that a request holds for its reader; a sequence whose reader lags more is paused.</summary>
    public int UpdateBuffer { get; init; } = 64;

    /// <summary>Sessions that are remembered; beyond that the longest unused is forgotten.</summary>
    public int MaxSessions { get; init; } = 1024;

    /// <summary>Finds candidates in the prefix cache; null for a good hash.</summary>
    internal BlockHash? Hash { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public EngineOptions Validated()
    {
        _ = Weights.Validated();
        var problems = new Problems(nameof(EngineOptions));
        problems.Require(Threads is null or > 0, Threads, "must be positive, or null for one a processor");
        problems.Require(MaxBatch > 0, MaxBatch, "must be positive");
        problems.Require(
            TokensPerStep >= MaxBatch, TokensPerStep, $"must be at least MaxBatch, which is {MaxBatch}");
        problems.Require(ContextLength is null or > 1, ContextLength, "must be at least 2, or null for the model's");
        problems.Require(BlockSize > 0, BlockSize, "must be positive");
        problems.Require(
            BlockSize % 16 == 0 || CacheFormat is KvFormat.F32 or KvFormat.BF16, BlockSize,
            $"must be a multiple of 16 with CacheFormat {CacheFormat}");
        problems.Require(Enum.IsDefined(CacheFormat), CacheFormat, "must be a known format");
        problems.Require(CacheBytes is null or > 0, CacheBytes, "must be positive, or null to choose by free memory");
        problems.Require(
            PrefixFolder is null || CachesPrefixes, PrefixFolder, "must be null where CachesPrefixes is false");
        problems.Require(PrefixFolder is not "", PrefixFolder, "must be a folder or null");
        problems.Require(MaxDraftTokens >= 0, MaxDraftTokens, "must not be negative");
        problems.Require(DraftModel is not "", DraftModel, "must be a folder, a file or null");
        problems.Require(
            DraftModel is null || MaxDraftTokens != 0, MaxDraftTokens, "must be positive where DraftModel is given");
        problems.Require(QueueLimit >= 0, QueueLimit, "must not be negative");
        problems.Require(PriorityAgeing > TimeSpan.Zero, PriorityAgeing, "must be positive");
        problems.Require(UpdateBuffer > 0, UpdateBuffer, "must be positive");
        problems.Require(MaxSessions > 0, MaxSessions, "must be positive");
        problems.ThrowIfAny();
        return this;
    }
}
