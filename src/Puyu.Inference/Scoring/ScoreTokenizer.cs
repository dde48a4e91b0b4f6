using Puyu.Tokenizers;

namespace Puyu.Inference.Scoring;

/// <summary>
/// Turns texts into what is scored: token ids behind a beginning-of-sequence token, cut to the context.
/// </summary>
/// <param name="tokenizer">Of the model.</param>
/// <param name="bosId">Put before everything.</param>
/// <param name="maxPositions">Longest sequence that goes through the model.</param>
internal sealed class ScoreTokenizer(Tokenizer tokenizer, int bosId, int maxPositions)
{
    /// <summary>
    /// A completion behind its prompt. Both are encoded together, as the model would see them; what differs from the
    /// prompt encoded alone is scored, so a token across the border counts to the completion. The prompt loses its
    /// beginning where both exceed the context.
    /// </summary>
    /// <exception cref="ArgumentException">The completion has no token, or is longer than the context.</exception>
    public ScoreRequest Completion(string prompt, string completion)
    {
        int[] promptIds = tokenizer.EncodeWithSpecials(prompt);
        int[] whole = tokenizer.EncodeWithSpecials(prompt + completion);
        int scored = whole.Length - promptIds.AsSpan().CommonPrefixLength(whole);
        if (scored == 0 || scored > maxPositions)
        {
            throw new ArgumentException(
                $"the completion has {scored} tokens but must have 1 to {maxPositions}, the length of the context");
        }

        bool hasBos = whole[0] == bosId && scored < whole.Length;
        int[] ids = hasBos ? whole : [bosId, .. whole];
        int excess = Math.Max(0, ids.Length - 1 - maxPositions);
        return new ScoreRequest(ids[excess..], ids.Length - scored - excess);
    }

    /// <summary>
    /// A text in windows: each token is scored once, and all but those of the first window see at least half a context.
    /// </summary>
    public IEnumerable<ScoreRequest> Windows(string text)
    {
        int[] ids = [bosId, .. tokenizer.Encode(text)];
        int firstScored = 1;
        while (firstScored < ids.Length)
        {
            int first = firstScored == 1 ? 0 : firstScored - Math.Max(1, maxPositions / 2);
            int end = Math.Min(ids.Length, first + maxPositions + 1);
            yield return new ScoreRequest(ids[first..end], firstScored - first);
            firstScored = end;
        }
    }
}
