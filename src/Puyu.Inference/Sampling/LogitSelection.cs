using System.Numerics;

namespace Puyu.Inference.Sampling;

/// <summary>Picks candidates from logits in one pass. Logits of −∞ are never picked.</summary>
internal static class LogitSelection
{
    /// <summary>Length of a buffer that <see cref="Largest"/> can work in.</summary>
    public static int BufferLength(int count, int vocabSize) => (int)Math.Min(2L * count, vocabSize);

    /// <summary>The largest logits, in no particular order; of equal ones those of lower ids.</summary>
    /// <remarks>
    /// Vectors without a logit above the least of the candidates so far are skipped; when the buffer is full, the
    /// better half of it stays. Linear in the vocabulary.
    /// </remarks>
    /// <param name="logits">Shape [V].</param>
    /// <param name="count">At most V.</param>
    /// <param name="buffer">Of <see cref="BufferLength"/>.</param>
    /// <returns>As many as asked, or all that are not −∞; a part of the buffer.</returns>
    public static Span<Candidate> Largest(ReadOnlySpan<float> logits, int count, Span<Candidate> buffer)
    {
        int kept = 0;
        float least = float.NegativeInfinity;
        int width = Vector<float>.Count;
        for (int first = 0; first < logits.Length; first += width)
        {
            ReadOnlySpan<float> some = logits[first..Math.Min(first + width, logits.Length)];
            if (some.Length == width && !Vector.GreaterThanAny(new Vector<float>(some), new Vector<float>(least)))
            {
                continue;
            }

            for (int i = 0; i < some.Length; i++)
            {
                if (some[i] <= least)
                {
                    continue;
                }

                if (kept == buffer.Length)
                {
                    CandidateFilters.TopK(buffer, count);
                    kept = count;
                    least = Least(buffer[..kept]);
                    if (some[i] <= least)
                    {
                        continue;
                    }
                }

                buffer[kept++] = new Candidate(first + i, some[i]);
            }
        }

        return CandidateFilters.TopK(buffer[..kept], count);
    }

    /// <summary>The logits that are not below a bound, by ascending id.</summary>
    /// <param name="logits">Shape [V].</param>
    /// <param name="bound">−∞ picks all that are more than that.</param>
    /// <param name="buffer">Of length V.</param>
    /// <returns>A part of the buffer.</returns>
    public static Span<Candidate> AtLeast(ReadOnlySpan<float> logits, float bound, Span<Candidate> buffer)
    {
        bound = Math.Max(bound, float.MinValue);
        int kept = 0;
        int width = Vector<float>.Count;
        for (int first = 0; first < logits.Length; first += width)
        {
            ReadOnlySpan<float> some = logits[first..Math.Min(first + width, logits.Length)];
            if (some.Length == width
                && !Vector.GreaterThanOrEqualAny(new Vector<float>(some), new Vector<float>(bound)))
            {
                continue;
            }

            for (int i = 0; i < some.Length; i++)
            {
                if (some[i] >= bound)
                {
                    buffer[kept++] = new Candidate(first + i, some[i]);
                }
            }
        }

        return buffer[..kept];
    }

    private static float Least(ReadOnlySpan<Candidate> candidates)
    {
        float least = float.PositiveInfinity;
        foreach (Candidate candidate in candidates)
        {
            least = Math.Min(least, candidate.Weight);
        }

        return least;
    }
}
