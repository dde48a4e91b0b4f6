using Puyu.Cli.Display;
using Puyu.Data.Audit;

namespace Puyu.Cli.Reports;

/// <summary>What the texts of the result are like: the nine histograms of WanJuan-CC.</summary>
/// <param name="profile">The figures.</param>
/// <param name="page">Where to.</param>
internal sealed class TextSection(TextProfile profile, HtmlPage page)
{
    /// <summary>Adds the section.</summary>
    public void Add()
    {
        page.Heading("Texts of the result");
        page.Paragraph($"{profile.Origin} {profile.Tokens}".TrimEnd());
        if (profile.Histograms.Count == 0)
        {
            return;
        }

        page.Paragraph(
            "The documents of the result by the nine figures that WanJuan-CC was described with; the last bar is all "
            + "that lies beyond 99 of 100. The band is where WanJuan-CC, English web pages, has its peak.");
        page.Figures(profile.Histograms.Select(Draw));
        page.Table(
            ["figure", "#documents", "#median", "#mean", "#peak", "#peak of WanJuan-CC"],
            profile.Histograms.Select(histogram => new[]
            {
                Name(histogram), Figures.Count(histogram.Documents), Value(histogram.Median), Value(histogram.Mean),
                Peak(histogram), WanJuanCc.PeakOf(histogram.Name) is { } peak ? Range(peak.Low, peak.High) : "",
            }));
    }

    private static string Draw(ProfileHistogram histogram) => HistogramChart.Draw(
        Name(histogram),
        $"{Figures.Count(histogram.Documents)} documents; median {Value(histogram.Median)}, "
            + $"most often {Peak(histogram)}; {Figures.Count(histogram.Beyond)} beyond the last bin.",
        histogram.Width, histogram.Counts, histogram.Beyond, WanJuanCc.PeakOf(histogram.Name));

    private static string Name(ProfileHistogram histogram) => histogram.Name.Replace('-', ' ');

    private static string Peak(ProfileHistogram histogram) => histogram.Mode is not { } mode ? "none"
        : histogram.Width == 1 ? Figures.Value(mode)
        : Range(mode * histogram.Width, (mode + 1) * histogram.Width);

    private static string Range(double low, double high) =>
        low == high ? Figures.Value(low) : $"{Figures.Value(low)} to {Figures.Value(high)}";

    private static string Value(double? value) => value is { } number
        ? Figures.Value(Math.Round(number, number >= 100 ? 0 : 3)) : "none";
}
