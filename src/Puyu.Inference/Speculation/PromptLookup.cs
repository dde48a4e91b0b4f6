namespace Puyu.Inference.Speculation;

/// <summary>Proposes that a sequence goes on as it did before: no second model is needed.</summary>
/// <remarks>Source: Saxena, Prompt Lookup Decoding, 2023.</remarks>
internal static class PromptLookup
{
    private const int MaxMatched = 4;
    private const int MinMatched = 2;

    /// <summary>
    /// Copies what followed the latest place where the last four tokens stood before, else the last three, else two.
    /// </summary>
    /// <remarks>Goes through the sequence at most three times, backwards.</remarks>
    /// <param name="tokens">Ids of prompt and completion so far.</param>
    /// <param name="draft">Overwritten.</param>
    /// <returns>Number of tokens proposed; 0 where the end of the sequence is new.</returns>
    public static int Propose(ReadOnlySpan<int> tokens, Span<int> draft)
    {
        for (int matched = Math.Min(MaxMatched, tokens.Length - 1); matched >= MinMatched; matched--)
        {
            int at = tokens[..^1].LastIndexOf(tokens[^matched..]);
            if (at >= 0)
            {
                ReadOnlySpan<int> followed = tokens[(at + matched)..];
                int count = Math.Min(followed.Length, draft.Length);
                followed[..count].CopyTo(draft);
                return count;
            }
        }

        return 0;
    }
}
