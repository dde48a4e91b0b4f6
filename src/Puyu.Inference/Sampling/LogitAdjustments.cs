using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints;

namespace Puyu.Inference.Sampling;

/// <summary>
/// Everything that changes single logits before a draw: bias, penalties, banned texts, least length and constraint.
/// </summary>
internal sealed class LogitAdjustments
{
    private readonly SamplingOptions _options;
    private readonly int _vocabSize;
    private readonly OccurrencePenalties? _penalties;
    private readonly BannedTexts? _bannedTexts;
    private readonly int[] _stopIds;
    private readonly int[] _biasedIds;
    private readonly float[] _biases;
    private uint[]? _mask;

    /// <param name="options">Validated.</param>
    /// <param name="vocabulary">Of the model.</param>
    /// <param name="stopIds">End a completion, beside those of the options.</param>
    public LogitAdjustments(SamplingOptions options, TokenVocabulary vocabulary, IReadOnlyCollection<int> stopIds)
        : this(
            options, vocabulary.Size, options.BadWords.Count > 0 ? new BannedTexts(options.BadWords, vocabulary) : null,
            [.. stopIds.Union(options.StopTokenIds)])
    {
        RequireTokens(_stopIds, vocabulary.Size, nameof(options.StopTokenIds));
        RequireTokens(_biasedIds, vocabulary.Size, nameof(options.LogitBias));
    }

    private LogitAdjustments(SamplingOptions options, int vocabSize, BannedTexts? bannedTexts, int[] stopIds)
    {
        _options = options;
        _vocabSize = vocabSize;
        _bannedTexts = bannedTexts;
        _stopIds = stopIds;
        _biasedIds = [.. options.LogitBias.Keys];
        _biases = [.. options.LogitBias.Values];
        _penalties = OccurrencePenalties.AreIn(options) ? new OccurrencePenalties(options, vocabSize) : null;
    }

    /// <summary>The same for another choice of the prompt.</summary>
    public LogitAdjustments Fork() => new(_options, _vocabSize, _bannedTexts, _stopIds);

    /// <summary>Whether a token ends a completion.</summary>
    public bool IsStop(int tokenId) => _stopIds.AsSpan().Contains(tokenId);

    /// <summary>Applies all that the options ask for, and the constraint.</summary>
    /// <param name="logits">Shape [V]; changed.</param>
    /// <param name="tokens">Ids of prompt and completion.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <param name="constraint">Null for none.</param>
    public void Apply(
        Span<float> logits, ReadOnlySpan<int> tokens, int promptLength, TokenConstraint? constraint)
    {
        for (int i = 0; i < _biasedIds.Length; i++)
        {
            logits[_biasedIds[i]] += _biases[i];
        }

        _penalties?.Apply(logits, tokens, promptLength);
        _bannedTexts?.Apply(logits, tokens[promptLength..]);

        // Where nothing can follow, the least length cannot be had.
        if (tokens.Length - promptLength < _options.MinTokens && constraint is not { IsComplete: true })
        {
            foreach (int stop in _stopIds)
            {
                logits[stop] = float.NegativeInfinity;
            }
        }

        if (constraint is not null)
        {
            Constrain(logits, constraint);
        }
    }

    private static void RequireTokens(int[] ids, int vocabSize, string option)
    {
        int wrong = Array.FindIndex(ids, id => id < 0 || id >= vocabSize);
        if (wrong >= 0)
        {
            throw new EngineException(
                EngineErrorCode.InvalidRequest,
                $"{option} names token {ids[wrong]} but the model has tokens 0 to {vocabSize - 1}", option);
        }
    }

    private void Constrain(Span<float> logits, TokenConstraint constraint)
    {
        _mask ??= new uint[TokenMask.Length(_vocabSize)];
        constraint.FillMask(_mask);
        foreach (int stop in _stopIds)
        {
            if (constraint.CanEnd)
            {
                TokenMask.Add(_mask, stop);
            }
        }

        TokenMask.Apply(_mask, logits);
    }
}
