using Puyu.Models;
using Puyu.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Puyu.Inference.Scoring;

/// <summary>
/// Scores many short token sequences at the speed of few long ones: they go through the model packed, as many at a time
/// as a budget of tokens allows. What a sequence gets does not depend on its neighbours.
/// </summary>
/// <param name="decoder">The model.</param>
/// <param name="tokensPerForward">Tokens of one forward; a longer sequence gets one of its own.</param>
internal sealed class PackedScorer(Decoder decoder, int tokensPerForward)
{
    /// <summary>Logits kept at a time when the most likely tokens are looked for: 16 MB.</summary>
    private const int ChunkLogits = 4 << 20;

    private readonly float[] _exponentials = new float[decoder.Config.VocabSize];

    /// <summary>Sums the log-probabilities of the scored tokens of each request.</summary>
    public double[] LogProbabilities(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken)
    {
        double[] sums = new double[requests.Count];
        foreach (PackedRequests pack in Packs(requests))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using Scope scope = decoder.Backend.BeginScope();
            Tensor hidden = decoder.Forward(scope, pack.Input(scope));                          // [T, D]
            ScoredToken[] scored = [.. pack.Scored];
            Tensor rows = Gather(scope, hidden, scored);                                        // [R, D]
            Tensor targets = scope.From<int>([.. scored.Select(token => token.TokenId)], [scored.Length]);
            ReadOnlySpan<float> logProbabilities = decoder.LogProbabilities(scope, rows, targets).Span<float>();
            for (int i = 0; i < scored.Length; i++)
            {
                sums[scored[i].Request] += logProbabilities[i];
            }
        }

        return sums;
    }

    /// <summary>Scores each request, and says whether greedy decoding would have gone the same way.</summary>
    public TokenScore[] Score(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken)
    {
        TokenScore[] scores = new TokenScore[requests.Count];
        Array.Fill(scores, new TokenScore(0, IsGreedy: true));
        foreach (PackedRequests pack in Packs(requests))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using Scope scope = decoder.Backend.BeginScope();
            Tensor hidden = decoder.Forward(scope, pack.Input(scope));                          // [T, D]
            foreach (ScoredToken[] chunk in pack.Scored.Chunk(Math.Max(16, ChunkLogits / _exponentials.Length)))
            {
                ScoreChunk(scope, hidden, chunk, scores);
            }
        }

        return scores;
    }

    private static Tensor Gather(Scope scope, Tensor hidden, ScoredToken[] scored) =>
        scope.Embedding(hidden, scope.From<int>([.. scored.Select(token => token.Row)], [scored.Length]));

    private void ScoreChunk(Scope scope, Tensor hidden, ScoredToken[] chunk, TokenScore[] scores)
    {
        using Scope inner = scope.Begin();
        Tensor rows = Gather(inner, hidden, chunk);                                             // [R, D]
        ReadOnlySpan<float> logits = decoder.Logits(inner, rows).Span<float>();                 // [R, V]
        int v = _exponentials.Length;
        for (int i = 0; i < chunk.Length; i++)
        {
            ref TokenScore score = ref scores[chunk[i].Request];
            score = Add(score, logits.Slice(i * v, v), chunk[i].TokenId);
        }
    }

    private TokenScore Add(TokenScore score, ReadOnlySpan<float> logits, int target)
    {
        float largest = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, largest, _exponentials);
        TensorPrimitives.Exp<float>(_exponentials, _exponentials);
        double logSum = Math.Log(TensorPrimitives.Sum<float>(_exponentials));
        return new TokenScore(
            score.LogProbability + logits[target] - largest - logSum,
            score.IsGreedy && TensorPrimitives.IndexOfMax(logits) == target);
    }

    private IEnumerable<PackedRequests> Packs(IReadOnlyList<ScoreRequest> requests)
    {
        var pack = new PackedRequests();
        for (int i = 0; i < requests.Count; i++)
        {
            if (pack.InputTokens > 0 && pack.InputTokens + pack.CostOf(requests[i]) > tokensPerForward)
            {
                yield return pack;
                pack = new PackedRequests();
            }

            pack.Add(requests[i], i);
        }

        if (pack.InputTokens > 0)
        {
            yield return pack;
        }
    }
}
