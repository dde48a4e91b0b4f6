using Puyu.Cli.Display;
using Puyu.Data.Audit;

namespace Puyu.Cli.Reports;

/// <summary>Clusters of documents that repeat each other.</summary>
/// <param name="stages">Of each stage that found some.</param>
/// <param name="page">Where to.</param>
internal sealed class DuplicatesSection(IReadOnlyList<DuplicateSummary> stages, HtmlPage page)
{
    /// <summary>From this size on, clusters of a range of sizes share a bar.</summary>
    private const int FirstShared = 6;

    /// <summary>Adds the section.</summary>
    public void Add()
    {
        page.Heading("Duplicates");
        if (stages.Count == 0)
        {
            page.Paragraph("No document went because of another.");
        }

        foreach (DuplicateSummary stage in stages)
        {
            page.Subheading($"{stage.Step}/{stage.Stage}");
            page.Paragraph(
                $"{Figures.Count(stage.Duplicates)} documents repeat {Figures.Count(stage.Clusters)} that stay. "
                + "puyu data duplicates lists all of them.");
            page.Figure(BarChart.Draw(
                $"clusters of {stage.Step}/{stage.Stage} by their number of documents", [.. Bars(stage)]));
            foreach (DuplicateCluster cluster in stage.Largest)
            {
                page.Details($"{Figures.Count(cluster.Duplicates + 1)} documents: {cluster.Id}", () => Add(cluster));
            }
        }
    }

    private void Add(DuplicateCluster cluster)
    {
        string fate = cluster.IsKept switch
        {
            true => "is in the result",
            false => "was removed by a later stage",
            null => "is of an earlier run",
        };
        long others = cluster.Duplicates - cluster.Members.Count;
        page.Paragraph($"{cluster.Id}, read at {cluster.Source}, stays and {fate}. Because of it went:");
        page.Table(
            ["document", "read at", "#similarity"],
            cluster.Members.Select(member => new[]
            {
                member.Id, member.Source.ToString(), Figures.Value(member.Value),
            }));
        if (others > 0)
        {
            page.Paragraph($"and {Figures.Count(others)} more.");
        }
    }

    private static IEnumerable<(string Name, double Value, string Text)> Bars(DuplicateSummary stage) => stage.Sizes
        .GroupBy(size => size.Size < FirstShared ? size.Size : FirstShared << (int)Math.Log2(size.Size / FirstShared))
        .Select(range =>
        {
            long clusters = range.Sum(size => size.Clusters);
            string name = range.Key < FirstShared
                ? $"{range.Key} documents"
                : $"{Figures.Count(range.Key)} to {Figures.Count((2 * range.Key) - 1)} documents";
            return (name, (double)clusters, Figures.Count(clusters));
        });
}
