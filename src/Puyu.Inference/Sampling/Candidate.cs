namespace Puyu.Inference.Sampling;

/// <summary>A token that may be drawn.</summary>
/// <param name="TokenId">Its id.</param>
/// <param name="Weight">Its logit, later its probability.</param>
internal record struct Candidate(int TokenId, float Weight)
{
    /// <summary>Orders by descending weight and then by ascending id; NaN comes last.</summary>
    public static int Compare(Candidate x, Candidate y)
    {
        int byWeight = y.Weight.CompareTo(x.Weight);
        return byWeight != 0 ? byWeight : x.TokenId.CompareTo(y.TokenId);
    }
}
