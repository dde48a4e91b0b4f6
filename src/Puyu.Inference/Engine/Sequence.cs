using Puyu.Inference.Caching;
using Puyu.Inference.Sampling;

namespace Puyu.Inference.Engine;

/// <summary>One prompt with its completion: its tokens, and where their keys and values are.</summary>
/// <remarks>
/// Tokens are never lost: a sequence that gives its blocks to others is computed again from them, to the same bits.
/// </remarks>
internal sealed class Sequence
{
    private int[] _tokenIds;

    /// <param name="promptIds">At least one.</param>
    /// <param name="salt">What beside the tokens decides their keys and values.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <param name="arrival">Number of the request; lower goes first.</param>
    public Sequence(ReadOnlySpan<int> promptIds, CacheSalt salt, int priority, long arrival)
    {
        _tokenIds = promptIds.ToArray();
        Count = promptIds.Length;
        PromptLength = promptIds.Length;
        Salt = salt;
        Priority = priority;
        Arrival = arrival;
    }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>What beside the tokens decides their keys and values.</summary>
    public CacheSalt Salt { get; }

    /// <summary>Class of the request.</summary>
    public int Priority { get; }

    /// <summary>Number of the request.</summary>
    public long Arrival { get; }

    /// <summary>When the sequence began to wait.</summary>
    public long WaitsSince { get; set; }

    /// <summary>The completion that this is a choice of; null where only the embedding is wanted.</summary>
    public Choice? Choice { get; init; }

    /// <summary>Takes the embedding; null for a completion.</summary>
    public TaskCompletionSource<float[]>? Embedding { get; init; }

    /// <summary>Draws the tokens; null for an embedding.</summary>
    public SequenceSampler? Sampler { get; init; }

    /// <summary>Tokens of prompt and completion.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens whose keys and values are in the blocks.</summary>
    public int Computed { get; set; }

    /// <summary>Tokens that the model has yet to see.</summary>
    public int Pending => Count - Computed;

    /// <summary>Blocks that the sequence holds, in order.</summary>
    public List<int> BlockTable { get; } = [];

    /// <summary>Blocks of the table that are known to the prefix cache.</summary>
    public int KnownBlocks { get; set; }

    /// <summary>Tokens of the prompt that were cached when the sequence first ran; null before.</summary>
    public int? CachedTokens { get; set; }

    /// <summary>Whether it is in the batch.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Whether it has been in the batch.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether nothing more is computed for it.</summary>
    public bool IsFinished { get; set; }

    /// <summary>Whether its reader lags.</summary>
    public bool IsPaused => Choice is { } choice && choice.Completion.IsFull;

    /// <summary>
    /// Whether each token of the prompt has to go through the model, because its scores are wanted and not there.
    /// </summary>
    public bool NeedsAllRows => Choice is { PromptScores: { } scores } && scores[^1] is null;

    /// <summary>Tokens of the completion.</summary>
    public int CompletionLength => Count - PromptLength;

    /// <summary>Ids of prompt and completion.</summary>
    public ReadOnlySpan<int> TokenIds => _tokenIds.AsSpan(0, Count);

    /// <summary>Appends a drawn token, which is pending then.</summary>
    public void Append(int tokenId)
    {
        if (Count == _tokenIds.Length)
        {
            Array.Resize(ref _tokenIds, 2 * Count);
        }

        _tokenIds[Count++] = tokenId;
    }

    /// <summary>Goes on where another choice of the same prompt stands, with its blocks.</summary>
    public void BeginAs(Sequence first)
    {
        BlockTable.AddRange(first.BlockTable);
        Computed = first.Computed;
        KnownBlocks = first.KnownBlocks;
        CachedTokens = first.CachedTokens;
        HasBegun = true;
    }

    /// <summary>Which of two goes first: the higher class, then the earlier request, then the lower choice.</summary>
    public static int Compare(Sequence x, Sequence y)
    {
        int order = y.Priority.CompareTo(x.Priority);
        order = order != 0 ? order : x.Arrival.CompareTo(y.Arrival);
        return order != 0 ? order : (x.Choice?.Index ?? 0).CompareTo(y.Choice?.Index ?? 0);
    }
}
