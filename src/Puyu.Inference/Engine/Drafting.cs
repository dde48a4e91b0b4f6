namespace Puyu.Inference.Engine;

/// <summary>
/// Has tokens proposed for the sequences that decode: those that a constraint forces, else those of the draft model, or
/// where there is none what followed earlier.
/// </summary>
/// <param name="options">Of the engine.</param>
/// <param name="capacity">Tokens of prompt and completion at most.</param>
/// <param name="ropeLengths">On which lengths rotations depend.</param>
/// <param name="model">Null for none.</param>
internal sealed class Drafting(EngineOptions options, int capacity, RopeLengths ropeLengths, DraftModel? model)
{
    /// <summary>Replaces the drafts of all sequences in the batch.</summary>
    public void Propose(List<Sequence> running)
    {
        if (options.MaxDraftTokens == 0)
        {
            return;
        }

        int budget = options.TokensPerStep - running.Count;
        model?.Clear();
        foreach (Sequence sequence in running)
        {
            sequence.DropDraft();
            sequence.Draft?.Clear();
            int limit = Math.Min(Limit(sequence), budget);
            if (limit > 0)
            {
                budget -= Propose(sequence, limit);
            }
        }

        model?.Propose();
    }

    /// <summary>Frees what the draft model holds for a sequence.</summary>
    public void Release(Sequence sequence) => model?.Release(sequence);

    /// <returns>Tokens that are proposed or may be.</returns>
    private int Propose(Sequence sequence, int limit)
    {
        if (sequence.ProposeForced(limit))
        {
            return sequence.DraftLength;
        }

        if (model is not null)
        {
            return model.TryAdd(sequence, limit) ? limit : 0;
        }

        sequence.ProposeRepetition(limit);
        return sequence.DraftLength;
    }

    /// <summary>
    /// Tokens that may be proposed: the rows of a step turn alike, and what cannot be kept is not drafted.
    /// </summary>
    private int Limit(Sequence sequence)
    {
        if (sequence is not { IsPaused: false, Pending: 1, Choice: { Completion: { Beams: null } completion } })
        {
            return 0;
        }

        int left = completion.Request.Sampling.MaxTokens - sequence.CompletionLength - 1;
        int room = capacity - sequence.Count - 1;
        int limit = Math.Min(options.MaxDraftTokens, Math.Min(left, room));
        return ropeLengths.LongestChunk(sequence) > limit ? limit : 0;
    }
}
