using System.Buffers;
using System.Numerics.Tensors;

namespace Puyu.Inference.Sampling;

/// <summary>Locally typical sampling: what is as surprising as the distribution is on average.</summary>
/// <remarks>
/// <code>
///   H = −Σ p ln p        the fewest tokens of least |−ln p − H| whose p reach a mass
/// </code>
/// <para>
/// A histogram of the distances, from logarithms in vectors, tells all but the tokens of one narrow bin apart; these
/// are chosen by exact distances. Linear in the candidates.
/// </para>
/// <para>Source: Meister et al., Locally Typical Sampling, 2022 (arXiv:2202.00666).</para>
/// </remarks>
internal static class TypicalFilter
{
    private const int Bins = 1024;
    private const float BinsPerNat = 32;

    /// <summary>Bound of the error of a distance in vectors: a hundred roundings of numbers up to 100.</summary>
    private const float Slack = 1e-3f;

    /// <summary>More than sums of probabilities in another order differ.</summary>
    private const double MassSlack = 1e-9;

    /// <summary>Reorders the candidates and returns a part of them, at least one.</summary>
    /// <param name="candidates">With probabilities as weights, which sum to 1.</param>
    /// <param name="mass">In (0, 1].</param>
    public static Span<Candidate> Apply(Span<Candidate> candidates, double mass)
    {
        int count = candidates.Length;
        float[] rentedDistances = ArrayPool<float>.Shared.Rent(count);
        TypicalCandidate[] rentedUndecided = ArrayPool<TypicalCandidate>.Shared.Rent(count);
        Span<float> distances = rentedDistances.AsSpan(0, count);
        double entropy = Distances(candidates, distances);
        (float low, float high) = Undecided(candidates, distances, mass);
        int kept = 0;
        int undecided = 0;
        for (int i = 0; i < count; i++)
        {
            Candidate candidate = candidates[i];
            if (distances[i] < low)
            {
                candidates[kept++] = candidate;
                mass -= candidate.Weight;
            }
            else if (distances[i] < high)
            {
                double distance = Math.Abs(-Math.Log(candidate.Weight) - entropy);
                rentedUndecided[undecided++] = new TypicalCandidate(distance, candidate);
            }
        }

        foreach (TypicalCandidate next in CandidateFilters.TopP(rentedUndecided.AsSpan(0, undecided), mass))
        {
            candidates[kept++] = next.Candidate;
        }

        ArrayPool<TypicalCandidate>.Shared.Return(rentedUndecided);
        ArrayPool<float>.Shared.Return(rentedDistances);
        return candidates[..kept];
    }

    /// <summary>Fills in |−ln p − H|, with every p taken as a normal number at least.</summary>
    /// <returns>H.</returns>
    private static double Distances(ReadOnlySpan<Candidate> candidates, Span<float> distances)
    {
        const float LeastNormal = 1.17549435e-38f;
        double entropy = 0;
        for (int i = 0; i < distances.Length; i++)
        {
            distances[i] = Math.Max(candidates[i].Weight, LeastNormal);
        }

        TensorPrimitives.Log<float>(distances, distances);
        for (int i = 0; i < distances.Length; i++)
        {
            entropy -= (double)candidates[i].Weight * distances[i];
        }

        TensorPrimitives.Add(distances, (float)entropy, distances);
        TensorPrimitives.Abs<float>(distances, distances);
        return entropy;
    }

    /// <summary>Distances between which the mass is reached: all below are kept, none from the second on is.</summary>
    private static (float Low, float High) Undecided(
        ReadOnlySpan<Candidate> candidates, ReadOnlySpan<float> distances, double mass)
    {
        Span<double> masses = stackalloc double[Bins];
        masses.Clear();
        for (int i = 0; i < distances.Length; i++)
        {
            masses[(int)Math.Min(distances[i] * BinsPerNat, Bins - 1)] += candidates[i].Weight;
        }

        float low = 0;
        float high = float.PositiveInfinity;
        double sum = 0;
        for (int bin = 0; bin < Bins - 1; bin++)
        {
            // The last bin has no upper edge.
            sum += masses[bin];
            low = sum < mass - MassSlack ? ((bin + 1) / BinsPerNat) - Slack : low;
            if (sum >= mass + MassSlack)
            {
                high = ((bin + 1) / BinsPerNat) + Slack;
                break;
            }
        }

        return (low, high);
    }
}
