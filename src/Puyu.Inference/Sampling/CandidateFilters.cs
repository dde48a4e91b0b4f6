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

    /// <summary>The fewest candidates, most likely first, whose probabilities reach <paramref name="topP"/>.</summary>
    /// <remarks>
    /// Candidates below (1 − P) / n hold less than 1 − P together, so the nucleus lies in the others: only those are
    /// sorted, a few hundred of a vocabulary.
    /// </remarks>
    public static Span<Candidate> TopP(Span<Candidate> candidates, float topP)
    {
        if (topP >= 1)
        {
            return candidates;
        }

        Span<Candidate> likely = AtLeast(candidates, (1 - topP) / candidates.Length);
        likely.Sort(Candidate.Compare);
        double cumulative = 0;
        for (int i = 0; i < likely.Length; i++)
        {
            cumulative += likely[i].Weight;
            if (cumulative >= topP)
            {
                return likely[..(i + 1)];
            }
        }

        return likely;
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

        return candidates[..kept];
    }

    /// <summary>
    /// Moves candidates so that some first ones, at least one and not all, come before the others in order of weight.
    /// </summary>
    /// <returns>How many first ones.</returns>
    private static int Partition(Span<Candidate> candidates)
    {
        Candidate pivot = candidates[(candidates.Length - 1) / 2];
        int left = -1;
        int right = candidates.Length;
        while (true)
        {
            do
            {
                left++;
            }
            while (Candidate.Compare(candidates[left], pivot) < 0);

            do
            {
                right--;
            }
            while (Candidate.Compare(candidates[right], pivot) > 0);

            if (left >= right)
            {
                return right + 1;
            }

            (candidates[left], candidates[right]) = (candidates[right], candidates[left]);
        }
    }
}
