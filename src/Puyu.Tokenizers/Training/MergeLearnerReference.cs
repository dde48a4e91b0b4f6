namespace Puyu.Tokenizers.Training;

/// <summary>
/// Byte-pair encoding learned as its definition reads; <see cref="MergeLearner"/> is tested against it.
/// </summary>
/// <remarks>Recounts all pairs before each merge: O(N·V) for N symbols and V merges.</remarks>
internal static class MergeLearnerReference
{
    /// <summary>Learns up to <paramref name="count"/> merges; fewer if no allowed pair is left.</summary>
    /// <param name="words">
    /// Symbols of each distinct word, and how often it occurs; replaced by their merged form.
    /// </param>
    /// <param name="symbols">Number of ids that exist before the first merge.</param>
    /// <param name="limits">Which pairs may be merged.</param>
    /// <param name="count">Merges to learn.</param>
    public static List<(int Left, int Right)> Learn(
        List<(List<int> Symbols, long Weight)> words, int symbols, MergeLimits limits, int count)
    {
        List<int> spans = [.. Enumerable.Repeat(1, symbols)];
        List<(int Left, int Right)> merges = [];
        while (merges.Count < count)
        {
            var counts = new Dictionary<(int Left, int Right), long>();
            foreach ((List<int> word, long weight) in words)
            {
                foreach ((int left, int right) in word.Zip(word.Skip(1)))
                {
                    counts[(left, right)] = counts.GetValueOrDefault((left, right)) + weight;
                }
            }

            var allowed = counts
                .Where(pair => pair.Value >= limits.MinFrequency)
                .Where(pair => spans[pair.Key.Left] + spans[pair.Key.Right] <= limits.MaxSpan)
                .ToList();
            if (allowed.Count == 0)
            {
                break;
            }

            (int Left, int Right) best = allowed.MinBy(pair => (-pair.Value, pair.Key.Left, pair.Key.Right)).Key;
            int merged = symbols + merges.Count;
            merges.Add(best);
            spans.Add(spans[best.Left] + spans[best.Right]);
            words = [.. words.Select(word => (Replace(word.Symbols, best, merged), word.Weight))];
        }

        return merges;
    }

    private static List<int> Replace(List<int> word, (int Left, int Right) pair, int merged)
    {
        List<int> replaced = [];
        for (int i = 0; i < word.Count; i++)
        {
            bool matches = i + 1 < word.Count && (word[i], word[i + 1]) == pair;
            replaced.Add(matches ? merged : word[i]);
            i += matches ? 1 : 0;
        }

        return replaced;
    }
}
