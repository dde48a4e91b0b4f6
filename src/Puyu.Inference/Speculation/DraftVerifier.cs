using System.Numerics.Tensors;
using Puyu.Inference.Sampling;

namespace Puyu.Inference.Speculation;

/// <summary>Accepts or replaces drafted tokens so that tokens are distributed as if there were no draft.</summary>
/// <remarks>
/// <para>
/// A certain proposal needs no arithmetic: the token is drawn as ever, and the draft is right or not. So with prompt
/// lookup a completion is the same, token by token, as without.
/// </para>
/// <para>
/// A token x drawn from q is accepted with probability min(1, p(x) / q(x)), else replaced by a draw from the part of p
/// that exceeds q, renormalized; together that is p:
/// <code>
///   q(x) min(1, p(x)/q(x)) + (1 − Σ min(p, q)) · (p(x) − q(x))⁺ / Σ (p − q)⁺ = p(x)
/// </code>
/// Source: Leviathan et al., Fast Inference from Transformers via Speculative Decoding, 2023 (arXiv:2211.17192).
/// </para>
/// <para>
/// Tokens are judged in order, up to the first that is replaced: later logits were computed from a draft that is wrong.
/// </para>
/// </remarks>
/// <param name="sampler">Of the choice; the caller lets it <see cref="SequenceSampler.Accept"/> each token.</param>
internal sealed class DraftVerifier(SequenceSampler sampler)
{
    private float[] _probabilities = [];

    /// <summary>Judges one drafted token.</summary>
    /// <param name="logits">Of the model, in the place of the token; shape [V]; overwritten.</param>
    /// <param name="tokens">Ids of prompt and completion before it, accepted ones included.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <param name="drafted">The proposal.</param>
    /// <param name="token">What comes in this place: the proposal, or what replaces it.</param>
    /// <returns>Whether the proposal is accepted.</returns>
    public bool TryAccept(
        Span<float> logits, ReadOnlySpan<int> tokens, int promptLength, DraftedToken drafted, out DrawnToken token)
    {
        if (drafted.Probabilities.IsEmpty)
        {
            token = sampler.Draw(logits, tokens, promptLength);
            return token.TokenId == drafted.TokenId;
        }

        if (_probabilities.Length != logits.Length)
        {
            _probabilities = new float[logits.Length];
        }

        sampler.Distribution(logits, tokens, promptLength, _probabilities);
        ReadOnlySpan<float> proposed = drafted.Probabilities.Span;
        (double first, double second) = sampler.DraftVariates(tokens.Length - promptLength);
        bool isAccepted = first * proposed[drafted.TokenId] < _probabilities[drafted.TokenId];
        token = sampler.Report(isAccepted ? drafted.TokenId : DrawExcess(_probabilities, proposed, second));
        return isAccepted;
    }

    /// <summary>Draws from what of p exceeds q.</summary>
    private static int DrawExcess(ReadOnlySpan<float> p, ReadOnlySpan<float> q, double uniform)
    {
        double total = 0;
        for (int i = 0; i < p.Length; i++)
        {
            total += Math.Max(0, p[i] - q[i]);
        }

        if (total == 0)
        {
            // But for rounding p is q, of which a token was rejected that p has not.
            return TensorPrimitives.IndexOfMax(p);
        }

        double remaining = uniform * total;
        int drawn = -1;
        for (int i = 0; i < p.Length; i++)
        {
            float excess = p[i] - q[i];
            if (excess <= 0)
            {
                continue;
            }

            drawn = i; // rounding may leave a sliver behind the last
            remaining -= excess;
            if (remaining < 0)
            {
                break;
            }
        }

        return drawn;
    }
}
