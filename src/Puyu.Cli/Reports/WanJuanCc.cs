namespace Puyu.Cli.Reports;

/// <summary>What was published of WanJuan-CC, made of English Common Crawl, to compare a run with.</summary>
/// <remarks>
/// Source: Qiu et al., WanJuan-CC, 2024, arXiv 2402.19282, and its data card: the shares of documents that are left,
/// and the peaks of the histograms, read off the figures.
/// </remarks>
internal static class WanJuanCc
{
    /// <summary>Of a step, by its name in recipes: the share that it removed, and that of all that it left.</summary>
    public static (double Removed, double OfAll)? Yield(string step) => step switch
    {
        "format" => (0.474, 0.526),
        "clean" => (0.378, 0.328),
        "dedup" => (0.902, 0.0322),
        "safe" => (0.143, 0.0276),
        "quality" => (0.501, 0.0138),
        _ => null,
    };

    /// <summary>Where the histogram of a figure has its peak.</summary>
    public static HistogramChart.Peak? PeakOf(string figure) => figure switch
    {
        "content-length" => Between(1000, 2000),
        "line-number" => Between(1, 1),
        "token-length" => Between(100, 250),
        "non-alpha-fraction" => Between(0.21, 0.21),
        "unique-word-fraction" => Between(0.62, 0.62),
        "mean-word-length" => Between(4.7, 4.7),
        "sentence-number" => Between(5, 5),
        "stop-word-fraction" => Between(0.44, 0.44),
        "symbol-to-word-ratio" => Between(0.02, 0.02),
        _ => null,
    };

    private static HistogramChart.Peak Between(double low, double high) => new(low, high);
}
