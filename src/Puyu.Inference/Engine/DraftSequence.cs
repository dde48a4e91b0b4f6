using Puyu.Abstractions.Engine;
using Puyu.Inference.Sampling;

namespace Puyu.Inference.Engine;

/// <summary>A sequence as a draft model sees it: with its proposals, and keys and values of its own.</summary>
/// <remarks>Options and constraint count here as well, so that more is accepted.</remarks>
/// <param name="sequence">The sequence.</param>
internal sealed class DraftSequence(Sequence sequence)
{
    private readonly SequenceSampler _sampler = sequence.Sampler!.ForDraft();
    private readonly List<float[]> _probabilities = [];
    private int _limit;
    private int _count;

    /// <summary>Ids of prompt, completion and proposals, and where the draft model's keys and values are.</summary>
    public Sequence Tokens { get; } = new(sequence.TokenIds, default, sequence.Priority, sequence.Arrival);

    /// <summary>Whether nothing more is to be proposed in this step.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Takes back what is proposed.</summary>
    public void Clear() => _count = 0;

    /// <summary>Takes over what the sequence has become; of what was proposed, the accepted remains.</summary>
    /// <param name="limit">Tokens to propose, at most.</param>
    public void Begin(int limit)
    {
        Tokens.Rewind(Tokens.TokenIds.CommonPrefixLength(sequence.TokenIds));
        foreach (int id in sequence.TokenIds[Tokens.Count..])
        {
            Tokens.Append(id);
        }

        _sampler.StandAs(sequence.Sampler!);
        _limit = limit;
        _count = 0;
        IsDone = false;
    }

    /// <summary>Proposes a token.</summary>
    /// <param name="logits">Of the draft model, shape [V]; overwritten.</param>
    public void Draw(Span<float> logits)
    {
        int id;
        try
        {
            id = _sampler.IsGreedy
                ? _sampler.Draw(logits, Tokens.TokenIds, sequence.PromptLength).TokenId
                : DrawFrom(logits);
        }
        catch (EngineException)
        {
            // A draft may run into a place where nothing can follow; the sequence itself need not.
            IsDone = true;
            return;
        }

        Tokens.Append(id);
        sequence.AddDraft(id);
        _sampler.Accept(id);
        _count++;
        IsDone = _count == _limit || _sampler.IsComplete || sequence.Choice!.Completion.StopIds.Contains(id);
    }

    /// <summary>Those that a token of the present draft was drawn with.</summary>
    /// <param name="place">Its place in the draft.</param>
    /// <returns>Shape [V]; empty where it was proposed for certain.</returns>
    public ReadOnlyMemory<float> Probabilities(int place) =>
        place < _count && !_sampler.IsGreedy ? _probabilities[place] : default;

    private int DrawFrom(Span<float> logits)
    {
        if (_probabilities.Count == _count)
        {
            _probabilities.Add(new float[logits.Length]);
        }

        ReadOnlySpan<int> tokens = Tokens.TokenIds;
        float[] probabilities = _probabilities[_count];
        _sampler.Distribution(logits, tokens, sequence.PromptLength, probabilities);
        double remaining = _sampler.ProposalVariate(tokens.Length - sequence.PromptLength);
        int drawn = -1;
        for (int id = 0; id < probabilities.Length && remaining >= 0; id++)
        {
            remaining -= probabilities[id];
            drawn = probabilities[id] > 0 ? id : drawn; // rounding may leave a sliver behind the last
        }

        return drawn;
    }
}
