using Puyu.Abstractions;

namespace Puyu.Inference.Sampling;

/// <summary>
/// Draws a token from logits: repetition penalty, temperature, top-k, top-p, min-p, then the inverse of the cumulative
/// distribution.
/// </summary>
/// <remarks>
/// <para>
/// The same logits, options and history always give the same token: the variate is a function of the seed and of the
/// length of the history, so a sequence that is stopped and resumed, or moved to another batch, goes on as it would
/// have.
/// </para>
/// <para>
/// Top-k and top-p count on what the filters before them left, renormalized. Equal logits rank by token id.
/// </para>
/// <para>
/// Source of top-p: Holtzman et al., The Curious Case of Neural Text Degeneration, 2020 (arXiv:1904.09751).
/// </para>
/// <para>After construction nothing is allocated. One for each thread.</para>
/// </remarks>
/// <param name="vocabSize">Number of logits.</param>
internal sealed class Sampler(int vocabSize)
{
    /// <summary>Separates the draws of sampling from those of other uses of a seed.</summary>
    private const ulong Stream = 0x53414D504C45;

    private const double UnitPer53Bits = 1.0 / (1UL << 53);

    private readonly Candidate[] _candidates = new Candidate[vocabSize];
    private readonly int[] _penalizedAt = new int[vocabSize];
    private int _penalties;

    /// <summary>Draws a token.</summary>
    /// <param name="logits">Unnormalized log-probabilities, shape [V]. Not changed; −∞ is never drawn.</param>
    /// <param name="options">Validated.</param>
    /// <param name="history">Token ids so far, of prompt and completion.</param>
    /// <returns>A token id in [0, V).</returns>
    /// <exception cref="ArgumentException">The number of logits is wrong, or none of them is finite.</exception>
    public int Sample(ReadOnlySpan<float> logits, SamplingOptions options, ReadOnlySpan<int> history)
    {
        if (logits.Length != vocabSize)
        {
            throw new ArgumentException($"{logits.Length} logits were given but the vocabulary has {vocabSize}");
        }

        Span<Candidate> candidates = Load(logits);
        Penalize(candidates, options.RepetitionPenalty, history);
        if (options.Temperature == 0)
        {
            return Best(candidates).TokenId;
        }

        candidates = CandidateFilters.TopK(candidates, options.TopK ?? vocabSize);
        Softmax(candidates, options.Temperature);
        candidates = CandidateFilters.TopP(candidates, options.TopP);
        candidates = CandidateFilters.MinP(candidates, options.MinP);
        return Draw(candidates, Uniform(options.Seed, history.Length));
    }

    /// <summary>The variate in [0, 1) for the token at a position.</summary>
    private static double Uniform(ulong seed, int position) =>
        ((ulong)CounterRandom.Block(seed, Stream, (ulong)position) >> 11) * UnitPer53Bits;

    private Span<Candidate> Load(ReadOnlySpan<float> logits)
    {
        for (int token = 0; token < logits.Length; token++)
        {
            _candidates[token] = new Candidate(token, logits[token]);
        }

        return _candidates;
    }

    /// <summary>Penalizes each token of the history once.</summary>
    private void Penalize(Span<Candidate> candidates, float penalty, ReadOnlySpan<int> history)
    {
        if (penalty == 1)
        {
            return;
        }

        _penalties++;
        foreach (int token in history)
        {
            if (_penalizedAt[token] == _penalties)
            {
                continue;
            }

            _penalizedAt[token] = _penalties;
            ref Candidate candidate = ref candidates[token];
            candidate.Weight = candidate.Weight > 0 ? candidate.Weight / penalty : candidate.Weight * penalty;
        }
    }

    private static Candidate Best(ReadOnlySpan<Candidate> candidates)
    {
        Candidate best = candidates[0];
        foreach (Candidate candidate in candidates)
        {
            if (Candidate.Compare(candidate, best) < 0)
            {
                best = candidate;
            }
        }

        return float.IsFinite(best.Weight)
            ? best
            : throw new ArgumentException($"the largest logit is {best.Weight} but must be finite");
    }

    /// <summary>Turns logits into probabilities.</summary>
    private static void Softmax(Span<Candidate> candidates, float temperature)
    {
        float largest = Best(candidates).Weight;
        double sum = 0;
        foreach (ref Candidate candidate in candidates)
        {
            candidate.Weight = MathF.Exp((candidate.Weight - largest) / temperature);
            sum += candidate.Weight;
        }

        if (double.IsNaN(sum))
        {
            throw new ArgumentException("a logit is NaN but must be finite or −∞");
        }

        float scale = (float)(1 / sum);
        foreach (ref Candidate candidate in candidates)
        {
            candidate.Weight *= scale;
        }
    }

    private static int Draw(ReadOnlySpan<Candidate> candidates, double uniform)
    {
        double total = 0;
        foreach (Candidate candidate in candidates)
        {
            total += candidate.Weight;
        }

        double remaining = uniform * total;
        foreach (Candidate candidate in candidates)
        {
            remaining -= candidate.Weight;
            if (remaining < 0)
            {
                return candidate.TokenId;
            }
        }

        return Best(candidates).TokenId; // rounding left a sliver behind the last
    }
}
