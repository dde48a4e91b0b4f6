namespace Puyu.Inference.Sampling;

/// <summary>A token that may be drawn.</summary>
/// <param name="TokenId">Its id.</param>
/// <param name="Weight">Its logit, later its probability.</param>
internal record struct Candidate(int TokenId, float Weight) : IRanked<Candidate>
{
    /// <summary>Orders by descending weight and then by ascending id; NaN comes last.</summary>
    public readonly int CompareTo(Candidate other)
    {
        int byWeight = other.Weight.CompareTo(Weight);
        return byWeight != 0 ? byWeight : TokenId.CompareTo(other.TokenId);
    }
}
