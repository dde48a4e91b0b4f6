namespace Puyu.Data.Audit;

/// <summary>How the texts of a result are distributed, by the nine figures of WanJuan-CC.</summary>
/// <param name="Origin">Where the values are from, and of which texts: a sentence.</param>
/// <param name="Tokens">What was counted as a token: a sentence.</param>
/// <param name="Histograms">
/// In the order of the stage <c>statistics</c>; none if there are no values, for the reason that
/// <paramref name="Origin"/> says.
/// </param>
public sealed record TextProfile(string Origin, string Tokens, IReadOnlyList<ProfileHistogram> Histograms);

/// <summary>How often which values of a figure occur.</summary>
/// <param name="Name">Name of the figure, such as <c>content-length</c>.</param>
/// <param name="Width">Of a bin; the first begins at 0 and a bin does not have its upper border.</param>
/// <param name="Counts">Documents in each bin, up to the one that has 99 % of them below its upper border.</param>
/// <param name="Beyond">Documents behind the last bin.</param>
/// <param name="Documents">All that have a value.</param>
/// <param name="Mean">Of the values; null of none.</param>
/// <param name="Median">Of the values, within a bin by proportion; null of none.</param>
public sealed record ProfileHistogram(
    string Name, double Width, IReadOnlyList<long> Counts, long Beyond, long Documents, double? Mean, double? Median)
{
    /// <summary>The bin with most documents, the first of several; null of none.</summary>
    public int? Mode
    {
        get
        {
            int? mode = null;
            for (int bin = 0; bin < Counts.Count; bin++)
            {
                mode = Counts[bin] > (mode is { } best ? Counts[best] : 0) ? bin : mode;
            }

            return mode;
        }
    }
}
