namespace Puyu.Data.Deduplication;

/// <summary>Finds which of a few texts resemble any of many, exactly, without estimates.</summary>
/// <remarks>
/// The shingles of the few are indexed; a pass over the many counts common shingles. Linear in the many, times the
/// number of the few that share a shingle.
/// </remarks>
internal static class Resemblance
{
    /// <summary>
    /// For each text, whether the Jaccard similarity of its shingles with another's reaches a threshold.
    /// </summary>
    /// <param name="texts">The few.</param>
    /// <param name="others">The many.</param>
    /// <param name="options">Gives the length of shingles and the threshold.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static bool[] Find(
        IReadOnlyList<string> texts, IReadOnlyList<string> others, DeduplicationOptions options,
        CancellationToken cancellationToken)
    {
        const int Chunk = 512;
        int[] sizes = new int[texts.Count];
        Dictionary<ulong, List<int>> index = IndexOf(texts, options.ShingleWords, sizes);
        bool[] resembles = new bool[texts.Count];
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, (others.Count + Chunk - 1) / Chunk, parallel, chunk =>
        {
            var words = new List<ulong>();
            var shingles = new HashSet<ulong>();
            var common = new Dictionary<int, int>();
            for (int other = chunk * Chunk; other < Math.Min(others.Count, (chunk + 1) * Chunk); other++)
            {
                Shingles.Of(others[other], options.ShingleWords, words, shingles);
                CountCommon(shingles, index, common);
                foreach ((int text, int count) in common)
                {
                    if ((double)count / (sizes[text] + shingles.Count - count) >= options.Threshold)
                    {
                        resembles[text] = true; // only ever set, so threads cannot disagree
                    }
                }
            }
        });
        return resembles;
    }

    private static Dictionary<ulong, List<int>> IndexOf(IReadOnlyList<string> texts, int shingleWords, int[] sizes)
    {
        var index = new Dictionary<ulong, List<int>>();
        var words = new List<ulong>();
        var shingles = new HashSet<ulong>();
        for (int text = 0; text < texts.Count; text++)
        {
            Shingles.Of(texts[text], shingleWords, words, shingles);
            sizes[text] = shingles.Count;
            foreach (ulong shingle in shingles)
            {
                if (!index.TryGetValue(shingle, out List<int>? having))
                {
                    having = [];
                    index.Add(shingle, having);
                }

                having.Add(text);
            }
        }

        return index;
    }

    private static void CountCommon(
        HashSet<ulong> shingles, Dictionary<ulong, List<int>> index, Dictionary<int, int> common)
    {
        common.Clear();
        foreach (ulong shingle in shingles)
        {
            if (index.TryGetValue(shingle, out List<int>? having))
            {
                foreach (int text in having)
                {
                    common[text] = common.GetValueOrDefault(text) + 1;
                }
            }
        }
    }
}
