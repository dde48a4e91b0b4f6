namespace Puyu.Inference.Sampling;

/// <summary>A candidate by how far its information is from the entropy.</summary>
/// <param name="Distance">|−ln p − H|.</param>
/// <param name="Candidate">With p as its weight.</param>
internal readonly record struct TypicalCandidate(double Distance, Candidate Candidate) : IRanked<TypicalCandidate>
{
    /// <inheritdoc/>
    public float Weight => Candidate.Weight;

    /// <summary>Orders by distance; of equal ones the more likely, then that of the lower id, comes first.</summary>
    public int CompareTo(TypicalCandidate other)
    {
        int byDistance = Distance.CompareTo(other.Distance);
        return byDistance != 0 ? byDistance : Candidate.CompareTo(other.Candidate);
    }
}
