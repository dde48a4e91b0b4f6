using Puyu.Abstractions;

namespace Puyu.Inference.Sampling;

/// <summary>Lowers the logits of tokens that occurred: repetition, frequency and presence penalty.</summary>
/// <remarks>Counts go on from where they stood, so that a draw costs the distinct tokens, not the history.</remarks>
/// <param name="options">Validated.</param>
/// <param name="vocabSize">Number of logits.</param>
internal sealed class OccurrencePenalties(SamplingOptions options, int vocabSize)
{
    /// <summary>Times that a token occurs in the completion; −1 for one that occurs nowhere.</summary>
    private readonly int[] _counts = NoCounts(vocabSize);

    private readonly int[] _distinct = new int[vocabSize];
    private int _distinctCount;
    private int _counted;
    private int _lastCounted;

    /// <summary>Whether options ask for a penalty at all.</summary>
    public static bool AreIn(SamplingOptions options) =>
        options.RepetitionPenalty != 1 || options.FrequencyPenalty != 0 || options.PresencePenalty != 0;

    /// <summary>Applies the penalties.</summary>
    /// <param name="logits">Shape [V]; changed.</param>
    /// <param name="tokens">Ids of prompt and completion.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    public void Apply(Span<float> logits, ReadOnlySpan<int> tokens, int promptLength)
    {
        Count(tokens, promptLength);
        foreach (int token in _distinct.AsSpan(0, _distinctCount))
        {
            ref float logit = ref logits[token];
            logit = logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty;
            int count = _counts[token];
            logit -= (options.FrequencyPenalty * count) + (count > 0 ? options.PresencePenalty : 0);
        }
    }

    private static int[] NoCounts(int vocabSize)
    {
        int[] counts = new int[vocabSize];
        counts.AsSpan().Fill(-1);
        return counts;
    }

    private void Count(ReadOnlySpan<int> tokens, int promptLength)
    {
        if (_counted > tokens.Length || (_counted > 0 && tokens[_counted - 1] != _lastCounted))
        {
            _counts.AsSpan().Fill(-1);
            (_counted, _distinctCount) = (0, 0);
        }

        for (; _counted < tokens.Length; _counted++)
        {
            int token = tokens[_counted];
            if (_counts[token] < 0)
            {
                _counts[token] = 0;
                _distinct[_distinctCount++] = token;
            }

            _counts[token] += _counted >= promptLength ? 1 : 0;
            _lastCounted = token;
        }
    }
}
