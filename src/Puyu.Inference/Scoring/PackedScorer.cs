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
            Tensor hidden = Forward(scope, pack);                                               // [T, D]
            Tensor targets = scope.From<int>(pack.Targets, [pack.Targets.Length]);              // [T]
            Tensor logProbabilities = decoder.LogProbabilities(scope, hidden, targets);         // [T]
            ReadOnlySpan<float> ofRow = logProbabilities.Span<float>();
            for (int row = 0; row < ofRow.Length; row++)
            {
                sums[pack.Requests[row]] += ofRow[row];
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
            Tensor hidden = Forward(scope, pack);                                               // [T, D]
            ScoreRows(scope, hidden, pack, scores);
        }

        return scores;
    }

    private Tensor Forward(Scope scope, PackedRequests pack) =>
        decoder.Forward(scope, DecoderInput.From(scope, pack.TokenIds, pack.PositionIds, pack.CuSeqLens));

    /// <summary>Makes logits for the rows that have a target, some at a time.</summary>
    private void ScoreRows(Scope scope, Tensor hidden, PackedRequests pack, TokenScore[] scores)
    {
        int[] rows = [.. Enumerable.Range(0, pack.Targets.Length).Where(row => pack.Targets[row] >= 0)];
        foreach (int[] chunk in rows.Chunk(Math.Max(16, ChunkLogits / decoder.Config.VocabSize)))
        {
            using Scope inner = scope.Begin();
            Tensor gathered = inner.Embedding(hidden, inner.From<int>(chunk, [chunk.Length]));  // [R, D]
            ReadOnlySpan<float> logits = decoder.Logits(inner, gathered).Span<float>();         // [R, V]
            for (int i = 0; i < chunk.Length; i++)
            {
                int v = decoder.Config.VocabSize;
                ref TokenScore score = ref scores[pack.Requests[chunk[i]]];
                score = Add(score, logits.Slice(i * v, v), pack.Targets[chunk[i]]);
            }
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
        int first = 0;
        while (first < requests.Count)
        {
            int count = 1;
            int tokens = requests[first].InputTokens;
            while (first + count < requests.Count && tokens + requests[first + count].InputTokens <= tokensPerForward)
            {
                tokens += requests[first + count].InputTokens;
                count++;
            }

            yield return PackedRequests.Of(requests, first, count, tokens);
            first += count;
        }
    }
}
