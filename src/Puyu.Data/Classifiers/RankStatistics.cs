namespace Puyu.Data.Classifiers;

/// <summary>How well scores separate two kinds.</summary>
internal static class RankStatistics
{
    /// <summary>
    /// Area under the ROC curve: the probability that a positive scores above a negative, ties counting half.
    /// </summary>
    /// <returns>In [0, 1]; NaN unless there are both kinds.</returns>
    public static double Auc(ReadOnlySpan<float> scores, ReadOnlySpan<bool> isPositive)
    {
        int[] order = Ascending(scores);
        double rankSum = 0;
        long positives = 0;
        for (int first = 0; first < order.Length;)
        {
            int end = first + 1;
            while (end < order.Length && scores[order[end]] == scores[order[first]])
            {
                end++;
            }

            double meanRank = (first + 1 + end) / 2.0; // ranks from 1
            for (int i = first; i < end; i++)
            {
                if (isPositive[order[i]])
                {
                    rankSum += meanRank;
                    positives++;
                }
            }

            first = end;
        }

        long negatives = order.Length - positives;
        return (rankSum - (positives * (positives + 1) / 2.0)) / ((double)positives * negatives);
    }

    /// <summary>
    /// The lowest threshold above which the share of positives is at least <paramref name="precision"/>, half-way to
    /// the next score below.
    /// </summary>
    /// <param name="scores">One a text.</param>
    /// <param name="isPositive">One a text.</param>
    /// <param name="precision">The share.</param>
    /// <param name="best">The highest share that any threshold reaches with ten texts or more above it.</param>
    /// <returns>Null if no threshold with ten texts or more above it reaches the share.</returns>
    public static float? Threshold(
        ReadOnlySpan<float> scores, ReadOnlySpan<bool> isPositive, float precision, out double best)
    {
        const int LeastFound = 10;
        int[] order = Ascending(scores);
        float? threshold = null;
        best = 0;
        int found = 0;
        int right = 0;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            found++;
            right += isPositive[order[i]] ? 1 : 0;
            float next = i > 0 ? scores[order[i - 1]] : 0;
            if (found < LeastFound || (i > 0 && next == scores[order[i]]))
            {
                continue;
            }

            double share = (double)right / found;
            best = Math.Max(best, share);
            if (share >= precision)
            {
                threshold = (scores[order[i]] + next) / 2;
            }
        }

        return threshold;
    }

    private static int[] Ascending(ReadOnlySpan<float> scores)
    {
        float[] keys = scores.ToArray();
        int[] order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(keys, order);
        return order;
    }
}
