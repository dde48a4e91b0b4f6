using System.Buffers;
using System.Numerics.Tensors;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints;

namespace Puyu.Inference.Sampling;

/// <summary>
/// Draws the tokens of one choice from logits: bias, penalties, banned texts, constraint, temperature, top-k, typical,
/// top-p, min-p, then the inverse of the cumulative distribution.
/// </summary>
/// <remarks>
/// <para>
/// The same logits, options and history always give the same token: the variate of draw i of choice c is a function of
/// (seed, c, i) alone, so a sequence that is stopped and resumed, or moved to another batch, goes on as it would have.
/// </para>
/// <para>
/// Top-k, typical and top-p count on what the filters before them left, renormalized. Equal logits rank by token id.
/// </para>
/// <para>
/// Source of top-p: Holtzman et al., The Curious Case of Neural Text Degeneration, 2020 (arXiv:1904.09751).
/// </para>
/// <para>After construction a draw allocates nothing. Not for use by several threads.</para>
/// </remarks>
internal sealed class SequenceSampler
{
    /// <summary>Separates the draws of sampling from those of other uses of a seed.</summary>
    private const ulong Stream = 0x53414D504C45;

    private const ulong DraftStream = 0x4452414654 << 24;
    private const ulong ProposalStream = 0x50524F504F53;

    /// <summary>Weights that are computed in a piece.</summary>
    private const int WeighedAtOnce = 512;

    private const double UnitPer53Bits = 1.0 / (1UL << 53);

    private readonly SamplingOptions _options;
    private readonly TokenVocabulary _vocabulary;
    private readonly LogitAdjustments _adjustments;
    private readonly TokenScorer? _scorer;
    private readonly int? _topLogProbabilities;
    private readonly ulong _choice;

    /// <summary>Makes the sampler of choice 0.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="vocabulary">Of the model; its size is V.</param>
    /// <param name="stopIds">
    /// End a completion, beside those of the options. None where the options ignore the end of text.
    /// </param>
    /// <param name="constraint">What the completion must look like; null for anything.</param>
    /// <param name="topLogProbabilities">Alternatives to report; null reports no log-probabilities at all.</param>
    /// <exception cref="EngineException">An option names a token that the model does not have.</exception>
    public SequenceSampler(
        SamplingOptions options, TokenVocabulary vocabulary, IReadOnlyCollection<int> stopIds,
        TokenConstraint? constraint = null, int? topLogProbabilities = null)
        : this(options, vocabulary, new LogitAdjustments(options, vocabulary, stopIds), 0, topLogProbabilities)
    {
        Constraint = constraint;
    }

    private SequenceSampler(
        SamplingOptions options, TokenVocabulary vocabulary, LogitAdjustments adjustments, ulong choice,
        int? topLogProbabilities)
    {
        _options = options;
        _vocabulary = vocabulary;
        _adjustments = adjustments;
        _choice = choice;
        _topLogProbabilities = topLogProbabilities;
        _scorer = topLogProbabilities is { } top ? new TokenScorer(top, vocabulary.Size) : null;
    }

    /// <summary>Where the completion stands in what it must look like; null for no constraint.</summary>
    public TokenConstraint? Constraint { get; private set; }

    /// <summary>Whether the most likely token is always drawn.</summary>
    public bool IsGreedy => _options.Temperature == 0;

    /// <summary>Whether the constraint is met and nothing can follow: the choice ends without an end token.</summary>
    public bool IsComplete => Constraint is { IsComplete: true };

    /// <summary>The sampler of another choice of the same prompt, which stands where this one does.</summary>
    /// <param name="choice">Its index; draws depend on it.</param>
    public SequenceSampler Fork(int choice) =>
        new(_options, _vocabulary, _adjustments.Fork(), (ulong)choice, _topLogProbabilities)
        {
            Constraint = Constraint?.Fork(),
        };

    /// <summary>A sampler with the same options for the draft of this choice, which reports nothing.</summary>
    public SequenceSampler ForDraft() => new(_options, _vocabulary, _adjustments.Fork(), _choice, null);

    /// <summary>Stands in the constraint where another sampler stands, and goes on apart from it.</summary>
    public void StandAs(SequenceSampler other) => Constraint = other.Constraint?.Fork();

    /// <summary>Draws the next token. The constraint stays where it is: see <see cref="Accept"/>.</summary>
    /// <param name="logits">Unnormalized log-probabilities, shape [V]. Overwritten; −∞ is never drawn.</param>
    /// <param name="tokens">Ids of prompt and completion so far.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <exception cref="ArgumentException">The number of logits is wrong, or one of them is NaN or +∞.</exception>
    /// <exception cref="EngineException">The options and the constraint leave no token.</exception>
    public DrawnToken Draw(Span<float> logits, ReadOnlySpan<int> tokens, int promptLength)
    {
        float largest = Adjust(logits, tokens, promptLength);
        int token = _options.Temperature == 0
            ? TensorPrimitives.IndexOfMax<float>(logits)
            : Draw(logits, largest, Variates(Stream, tokens.Length - promptLength).First);
        return Report(token);
    }

    /// <summary>Goes on by a token, drawn here or accepted from a draft.</summary>
    /// <remarks>Tokens that end a completion may be left out.</remarks>
    public void Accept(int tokenId)
    {
        if (Constraint is not null && !_adjustments.IsStop(tokenId))
        {
            Constraint.Accept(tokenId);
        }
    }

    /// <summary>The probabilities that a draw has, all options and the constraint applied.</summary>
    /// <param name="logits">Shape [V]; overwritten.</param>
    /// <param name="tokens">Ids of prompt and completion so far.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <param name="probabilities">Shape [V]; overwritten; sums to 1.</param>
    /// <exception cref="ArgumentException">The number of logits is wrong, or one of them is NaN or +∞.</exception>
    /// <exception cref="EngineException">The options and the constraint leave no token.</exception>
    public void Distribution(
        Span<float> logits, ReadOnlySpan<int> tokens, int promptLength, Span<float> probabilities)
    {
        float largest = Adjust(logits, tokens, promptLength);
        probabilities.Clear();
        if (_options.Temperature == 0)
        {
            probabilities[TensorPrimitives.IndexOfMax<float>(logits)] = 1;
            return;
        }

        Candidate[] buffer = ArrayPool<Candidate>.Shared.Rent(logits.Length);
        Span<Candidate> candidates = Filter(logits, largest, buffer);
        double sum = CandidateFilters.Sum<Candidate>(candidates);
        foreach (Candidate candidate in candidates)
        {
            probabilities[candidate.TokenId] = (float)(candidate.Weight / sum);
        }

        ArrayPool<Candidate>.Shared.Return(buffer);
    }

    /// <summary>Two variates in [0, 1) to judge a drafted token with, others than those of draws.</summary>
    /// <param name="draw">Index in the completion.</param>
    public (double First, double Second) DraftVariates(int draw) => Variates(DraftStream, draw);

    /// <summary>A variate in [0, 1) to propose a token with, another than those of draws and judgements.</summary>
    /// <param name="draw">Index in the completion.</param>
    public double ProposalVariate(int draw) => Variates(ProposalStream, draw).First;

    /// <summary>A token with what the last logits say of it.</summary>
    public DrawnToken Report(int tokenId) => _scorer is null
        ? new DrawnToken(tokenId, null, default)
        : new DrawnToken(tokenId, _scorer.LogProbability(tokenId), _scorer.Alternatives);

    /// <summary>Applies bias, penalties, banned texts and the constraint, neither temperature nor filters.</summary>
    /// <param name="logits">Shape [V]; overwritten.</param>
    /// <param name="tokens">Ids of prompt and completion so far.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <returns>The largest logit that is left.</returns>
    /// <exception cref="ArgumentException">The number of logits is wrong, or one of them is NaN or +∞.</exception>
    /// <exception cref="EngineException">The options and the constraint leave no token.</exception>
    public float Adjust(Span<float> logits, ReadOnlySpan<int> tokens, int promptLength)
    {
        if (logits.Length != _vocabulary.Size)
        {
            throw new ArgumentException($"{logits.Length} logits were given but the vocabulary has {_vocabulary.Size}");
        }

        _scorer?.Load(logits);
        _adjustments.Apply(logits, tokens, promptLength, Constraint);
        float largest = TensorPrimitives.Max<float>(logits);
        if (float.IsNegativeInfinity(largest))
        {
            throw new EngineException(
                EngineErrorCode.InvalidRequest,
                "bias, banned texts and constraint leave no token to draw, but at least one must be possible");
        }

        return float.IsFinite(largest)
            ? largest
            : throw new ArgumentException($"the largest logit is {largest} but must be finite");
    }

    private (double First, double Second) Variates(ulong stream, int draw)
    {
        UInt128 block = CounterRandom.Block(_options.Seed, stream + _choice, (ulong)draw);
        return (((ulong)block >> 11) * UnitPer53Bits, ((ulong)(block >> 64) >> 11) * UnitPer53Bits);
    }

    private int Draw(Span<float> logits, float largest, double uniform)
    {
        if (_options is { TopK: null, TypicalP: 1, TopP: 1, MinP: 0 })
        {
            return LogSoftmax.InverseCumulative(logits, largest, _options.Temperature, uniform);
        }

        Candidate[] buffer = ArrayPool<Candidate>.Shared.Rent(logits.Length);
        Span<Candidate> candidates = Filter(logits, largest, buffer);
        double remaining = uniform * CandidateFilters.Sum<Candidate>(candidates);
        int drawn = -1;
        foreach (Candidate candidate in candidates)
        {
            remaining -= candidate.Weight;
            drawn = candidate.Weight > 0 ? candidate.TokenId : drawn; // rounding may leave a sliver behind the last
            if (remaining < 0)
            {
                break;
            }
        }

        ArrayPool<Candidate>.Shared.Return(buffer);
        return drawn;
    }

    /// <summary>What can be drawn; the weights are probabilities up to a factor.</summary>
    private Span<Candidate> Filter(ReadOnlySpan<float> logits, float largest, Span<Candidate> buffer)
    {
        Span<Candidate> candidates = _options.TopK is { } topK && topK < logits.Length
            ? Top(logits, topK, largest, buffer)
            : Likely(logits, largest, buffer);
        double mass = 1;
        if (_options.TypicalP < 1)
        {
            candidates = TypicalFilter.Apply(candidates, _options.TypicalP);
            mass = CandidateFilters.Sum<Candidate>(candidates);
        }

        if (_options.TopP < 1)
        {
            candidates = CandidateFilters.TopP(candidates, _options.TopP * mass);
        }

        return CandidateFilters.MinP(candidates, _options.MinP);
    }

    /// <summary>The most likely tokens; their probabilities sum to 1.</summary>
    private Span<Candidate> Top(ReadOnlySpan<float> logits, int count, float largest, Span<Candidate> buffer)
    {
        Span<Candidate> candidates = LogitSelection.Largest(
            logits, count, buffer[..LogitSelection.BufferLength(count, logits.Length)]);
        Weigh(candidates, largest, 1);
        float scale = (float)(1 / CandidateFilters.Sum<Candidate>(candidates));
        foreach (ref Candidate candidate in candidates)
        {
            candidate.Weight *= scale;
        }

        return candidates;
    }

    /// <summary>
    /// Every token that top-p and min-p can leave, with its probability among all; all of them where typical is to
    /// choose.
    /// </summary>
    /// <remarks>
    /// Tokens below (1 − P) / V hold less than 1 − P together, so the nucleus lies in the others.
    /// </remarks>
    private Span<Candidate> Likely(ReadOnlySpan<float> logits, float largest, Span<Candidate> buffer)
    {
        const double RoundingOfExp = 1e-3;
        double sum = LogSoftmax.SumExp(logits, largest, _options.Temperature);
        double least = Math.Max(_options.MinP, (1 - _options.TopP) / logits.Length * sum);
        double bound = _options.TypicalP < 1
            ? double.NegativeInfinity
            : largest + (_options.Temperature * (Math.Log(least) - RoundingOfExp));
        Span<Candidate> candidates = LogitSelection.AtLeast(logits, (float)bound, buffer);
        Weigh(candidates, largest, 1 / sum);
        return candidates;
    }

    /// <summary>Makes weights of logits, in blocks for vectors.</summary>
    private void Weigh(Span<Candidate> candidates, float largest, double scale)
    {
        // Whole blocks, so that equal logits weigh the same wherever they stand.
        Span<float> weights = stackalloc float[WeighedAtOnce];
        weights.Clear();
        for (int first = 0; first < candidates.Length; first += WeighedAtOnce)
        {
            Span<Candidate> part = candidates[first..Math.Min(first + WeighedAtOnce, candidates.Length)];
            for (int i = 0; i < part.Length; i++)
            {
                weights[i] = (part[i].Weight - largest) / _options.Temperature;
            }

            TensorPrimitives.Exp<float>(weights, weights);
            for (int i = 0; i < part.Length; i++)
            {
                part[i].Weight = (float)(weights[i] * scale);
            }
        }
    }
}
