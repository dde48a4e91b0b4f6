using System.Buffers;

namespace Puyu.Inference.Sampling;

/// <summary>Log-probabilities of a token and of the most likely ones, from logits as the model gave them.</summary>
/// <param name="top">Alternatives to report; 0 or more.</param>
/// <param name="vocabSize">Number of logits.</param>
internal sealed class TokenScorer(int top, int vocabSize)
{
    private readonly float[] _logits = new float[vocabSize];
    private readonly TokenLogProbability[] _alternatives = new TokenLogProbability[Math.Min(top, vocabSize)];
    private double _logSumExp;

    /// <summary>The most likely tokens of the last logits, likeliest first.</summary>
    public ReadOnlyMemory<TokenLogProbability> Alternatives { get; private set; }

    /// <summary>Remembers logits and finds the most likely tokens.</summary>
    /// <param name="logits">Shape [V]; not changed.</param>
    public void Load(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_logits);
        _logSumExp = LogSoftmax.LogSumExp(logits);
        int count = _alternatives.Length;
        Candidate[] buffer = ArrayPool<Candidate>.Shared.Rent(LogitSelection.BufferLength(count, logits.Length));
        Span<Candidate> likely = count == 0 ? [] : LogitSelection.Largest(
            logits, count, buffer.AsSpan(0, LogitSelection.BufferLength(count, logits.Length)));
        likely.Sort();
        for (int i = 0; i < likely.Length; i++)
        {
            _alternatives[i] = new TokenLogProbability(likely[i].TokenId, LogProbability(likely[i].TokenId));
        }

        Alternatives = _alternatives.AsMemory(0, likely.Length);
        ArrayPool<Candidate>.Shared.Return(buffer);
    }

    /// <summary>Log-probability of a token under the last logits.</summary>
    public float LogProbability(int tokenId) => (float)(_logits[tokenId] - _logSumExp);
}
