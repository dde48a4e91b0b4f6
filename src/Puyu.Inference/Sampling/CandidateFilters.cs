using System.Diagnostics;

namespace Puyu.Inference.Sampling;

/// <summary>
/// The filters of sampling. Each reorders the candidates and returns a part of them, never an empty one.
/// </summary>
internal static class CandidateFilters
{
    /// <summary>The <paramref name="count"/> candidates of largest weight, in no particular order.</summary>
    /// <remarks>Hoare's quickselect: linear on average, where sorting the vocabulary would not be.</remarks>
    public static Span<Candidate> TopK(Span<Candidate> candidates, int count)
    {
        if (count >= candidates.Length)
        {
            return candidates;
        }

        Span<Candidate> part = candidates;
        int wanted = count;
        while (wanted > 0 && wanted < part.Length)
        {
            int firsts = Partition(part);
            if (wanted <= firsts)
            {
                part = part[..firsts];
            }
            else
            {
                part = part[firsts..];
                wanted -= firsts;
            }
        }

        return candidates[..count];
    }

    /// <summary>The fewest candidates, first ones first, whose probabilities reach <paramref name="mass"/>.</summary>
    /// <remarks>
    /// Quickselect again, on sums in place of counts: a flat distribution over a whole vocabulary is not sorted either.
    /// </remarks>
    /// <param name="candidates">With probabilities as weights; at least one.</param>
    /// <param name="mass">Not negative. All candidates remain if they do not reach it.</param>
    public static Span<T> TopP<T>(Span<T> candidates, double mass)
        where T : struct, IRanked<T>
    {
        int kept = 0;
        int end = candidates.Length;
        while (end - kept > 1)
        {
            Span<T> part = candidates[kept..end];
            int firsts = Partition(part);
            double upper = Sum<T>(part[..firsts]);
            if (upper >= mass)
            {
                end = kept + firsts;
            }
            else
            {
                mass -= upper;
                kept += firsts;
            }
        }

        return candidates[..end];
    }

    /// <summary>The candidates at least <paramref name="minP"/> times as likely as the most likely one.</summary>
    public static Span<Candidate> MinP(Span<Candidate> candidates, float minP)
    {
        float largest = 0;
        foreach (Candidate candidate in candidates)
        {
            largest = Math.Max(largest, candidate.Weight);
        }

        return minP == 0 ? candidates : AtLeast(candidates, minP * largest);
    }

    /// <summary>Sum of the weights.</summary>
    public static double Sum<T>(ReadOnlySpan<T> candidates)
        where T : struct, IRanked<T>
    {
        double sum = 0;
        foreach (T candidate in candidates)
        {
            sum += candidate.Weight;
        }

        return sum;
    }

    private static Span<Candidate> AtLeast(Span<Candidate> candidates, float weight)
    {
        int kept = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].Weight >= weight)
            {
                (candidates[kept], candidates[i]) = (candidates[i], candidates[kept]);
                kept++;
            }
        }

        Debug.Assert(kept > 0, "the most likely one remains");
        return candidates[..kept];
    }

    /// <summary>
    /// Moves candidates so that some first ones, at least one and not all, come before the others in order.
    /// </summary>
    /// <returns>How many first ones.</returns>
    private static int Partition<T>(Span<T> candidates)
        where T : struct, IRanked<T>
    {
        T pivot = candidates[(candidates.Length - 1) / 2];
        int left = -1;
        int right = candidates.Length;
        while (true)
        {
            do
            {
                left++;
            }
            while (candidates[left].CompareTo(pivot) < 0);

            do
            {
                right--;
            }
            while (candidates[right].CompareTo(pivot) > 0);

            if (left >= right)
            {
                return right + 1;
            }

            (candidates[left], candidates[right]) = (candidates[right], candidates[left]);
        }
    }
}
