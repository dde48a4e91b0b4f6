using Puyu.Abstractions.Engine;
using Puyu.Inference.Caching;
using Puyu.Inference.Sampling;
using Puyu.Inference.Scoring;
using Puyu.Inference.Speculation;

namespace Puyu.Inference.Engine;

/// <summary>One prompt with its completion: its tokens, and where their keys and values are.</summary>
/// <remarks>
/// Tokens are never lost: a sequence that gives its blocks to others is computed again from them, to the same bits.
/// </remarks>
internal sealed class Sequence
{
    private int[] _tokenIds;
    private DraftVerifier? _verifier;

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

    /// <summary>Which of the request's choices, or of its beams; lower goes first.</summary>
    public int Place { get; init; }

    /// <summary>When the sequence began to wait.</summary>
    public long WaitsSince { get; set; }

    /// <summary>The completion that this is a choice of; null where nothing is drawn.</summary>
    public Choice? Choice { get; init; }

    /// <summary>Kept once all tokens have gone through the model; null for a completion.</summary>
    public TaskCompletionSource? Promise { get; init; }

    /// <summary>What is scored; null where nothing is.</summary>
    public ScoredInput? Scored { get; init; }

    /// <summary>Hidden state of the last token, of length 1; null before it is known and where nobody asks.</summary>
    public float[]? Embedding { get; set; }

    /// <summary>Draws the tokens; null where none are.</summary>
    public SequenceSampler? Sampler { get; init; }

    /// <summary>Judges drafts; null where no tokens are drawn.</summary>
    public DraftVerifier? Verifier => _verifier ??= Sampler is null ? null : new DraftVerifier(Sampler);

    /// <summary>Tokens of prompt and completion.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens whose keys and values are in the blocks.</summary>
    public int Computed { get; set; }

    /// <summary>Tokens that the model has yet to see.</summary>
    public int Pending => Count - Computed;

    /// <summary>Tokens that are proposed to follow, in the next step alone.</summary>
    public int DraftLength { get; private set; }

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

    /// <summary>Whether it is a beam that waits for the others.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether it cannot go on: its reader lags, or it waits for other beams.</summary>
    public bool IsPaused => IsHeld || (Choice is { } choice && choice.Completion.IsFull);

    /// <summary>
    /// Whether each token of the prompt has to go through the model, because its scores are wanted and not there.
    /// </summary>
    public bool NeedsAllRows => Choice is { PromptScores: { } scores } && scores[^1] is null;

    /// <summary>
    /// Tokens at the beginning of which all but the last may come from the cache: later ones have to go through the
    /// model, because what it says behind them is wanted.
    /// </summary>
    public int Reusable => NeedsAllRows ? 1 : Scored is { } scored ? scored.FirstRow + 1 : Count;

    /// <summary>Tokens of the completion.</summary>
    public int CompletionLength => Count - PromptLength;

    /// <summary>Ids of prompt and completion.</summary>
    public ReadOnlySpan<int> TokenIds => _tokenIds.AsSpan(0, Count);

    /// <summary>Ids of prompt, completion and draft.</summary>
    public ReadOnlySpan<int> DraftedIds => _tokenIds.AsSpan(0, Count + DraftLength);

    /// <summary>What a draft model knows of it; null where none has proposed.</summary>
    public DraftSequence? Draft { get; set; }

    /// <summary>Proposes what its constraint asks for.</summary>
    /// <param name="limit">Tokens at most.</param>
    /// <returns>Whether there is such a thing.</returns>
    public bool ProposeForced(int limit)
    {
        DraftLength = Sampler?.Constraint?.DraftForced(RoomForDraft(limit)) ?? 0;
        return DraftLength > 0;
    }

    /// <summary>Proposes what followed the last tokens earlier in the sequence.</summary>
    /// <param name="limit">Tokens at most.</param>
    public void ProposeRepetition(int limit)
    {
        Span<int> draft = RoomForDraft(limit);
        DraftLength = PromptLookup.Propose(TokenIds, draft);
    }

    /// <summary>Proposes a token behind those that are.</summary>
    public void AddDraft(int tokenId)
    {
        RoomForDraft(DraftLength + 1)[DraftLength] = tokenId;
        DraftLength++;
    }

    /// <summary>
    /// Whether the constraint leaves a single token and nothing else is asked of it, so that it needs no logits.
    /// </summary>
    public bool TryForced(out int tokenId)
    {
        tokenId = -1;
        CompletionRequest request = Choice!.Completion.Request;
        return request is { TopLogProbabilities: null, Sampling: { BadWords: [], LogitBias.Count: 0 } }
            && Sampler!.Constraint is { } constraint && constraint.TryForced(out tokenId);
    }

    /// <summary>Takes the draft back.</summary>
    public void DropDraft() => DraftLength = 0;

    /// <summary>Keeps the first tokens, at least one, of which the last is pending then.</summary>
    public void Rewind(int count)
    {
        DropDraft();
        Count = count;
        Computed = Math.Min(Computed, count - 1);
    }

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

    /// <summary>Makes a beam that goes on from this one with its blocks, which are then to be shared.</summary>
    /// <param name="place">Which beam it is.</param>
    /// <param name="tokenId">Its next token.</param>
    public Sequence Continue(int place, int tokenId)
    {
        var next = new Sequence(TokenIds[..PromptLength], Salt, Priority, Arrival)
        {
            Choice = Choice,
            Sampler = Sampler,
            Place = place,
        };
        foreach (int id in TokenIds[PromptLength..])
        {
            next.Append(id);
        }

        next.Append(tokenId);
        next.BeginAs(this);
        return next;
    }

    /// <summary>Which of two goes first: the higher class, then the earlier request, then the lower place.</summary>
    public static int Compare(Sequence x, Sequence y)
    {
        int order = y.Priority.CompareTo(x.Priority);
        order = order != 0 ? order : x.Arrival.CompareTo(y.Arrival);
        return order != 0 ? order : x.Place.CompareTo(y.Place);
    }

    private Span<int> RoomForDraft(int tokens)
    {
        if (_tokenIds.Length < Count + tokens)
        {
            Array.Resize(ref _tokenIds, Math.Max(2 * Count, Count + tokens));
        }

        return _tokenIds.AsSpan(Count, tokens);
    }
}
