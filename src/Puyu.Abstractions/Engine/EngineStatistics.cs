namespace Puyu.Abstractions.Engine;

/// <summary>What an engine is doing, and what it has done since it began.</summary>
public sealed record EngineStatistics
{
    /// <summary>Sequences in the batch.</summary>
    public int Running { get; init; }

    /// <summary>Sequences that wait for room.</summary>
    public int Waiting { get; init; }

    /// <summary>Blocks of the key-value cache.</summary>
    public int Blocks { get; init; }

    /// <summary>Blocks held by sequences.</summary>
    public int UsedBlocks { get; init; }

    /// <summary>Blocks that hold reusable prefixes nobody uses.</summary>
    public int CachedBlocks { get; init; }

    /// <summary>Tokens of a block.</summary>
    public int BlockSize { get; init; }

    /// <summary>Bytes of a block, all layers.</summary>
    public long BlockBytes { get; init; }

    /// <summary>Forward passes.</summary>
    public long Steps { get; init; }

    /// <summary>Tokens of prompts.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens of prompts whose keys and values were cached.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Tokens drawn.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>Sequences that gave their blocks to others and were computed again.</summary>
    public long Preemptions { get; init; }

    /// <summary>Tokens proposed by speculation.</summary>
    public long DraftTokens { get; init; }

    /// <summary>Proposed tokens that the model accepted.</summary>
    public long AcceptedTokens { get; init; }
}
