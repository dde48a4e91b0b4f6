using Puyu.Cli.Display;
using Puyu.Data.Audit;

namespace Puyu.Cli.Reports;

/// <summary>What other bounds would have removed.</summary>
/// <param name="bounds">The bounds of the run.</param>
/// <param name="page">Where to.</param>
internal sealed class BoundsSection(IReadOnlyList<BoundCurve> bounds, HtmlPage page)
{
    /// <summary>Adds the section.</summary>
    public void Add()
    {
        page.Heading("What other bounds would remove");
        if (bounds.Count == 0)
        {
            page.Paragraph("The recipe sets no bound.");
            return;
        }

        page.Paragraph(
            "For each bound, the documents that its stage would remove with the bound elsewhere and all others as "
            + "they are. The line marks the bound of the run and says how many it removes that no other does. In the "
            + "tables: how many it removes alone, how many go without it, and with the next stricter and looser bound "
            + "that was tried. puyu data what-if counts for any other.");
        foreach (IGrouping<string, BoundCurve> stage in bounds.GroupBy(bound => $"{bound.Step}/{bound.Stage}"))
        {
            page.Subheading(stage.Key);
            page.Paragraph(
                $"{Figures.Count(stage.First().Documents)} documents came, {Figures.Count(stage.First().Removed)} are "
                + "removed.");
            page.Figures(stage.Where(Matters).Select(Draw));
            page.Details($"Bounds of {stage.Key} as a table", () => page.Table(
                ["bound", "#value", "#alone", "#without it", "#stricter", "#looser"],
                stage.Select(Row)));
            if (!stage.All(Matters))
            {
                page.Paragraph(
                    "Wherever they were among the values that there are, these would remove the same: "
                    + string.Join(", ", stage.Where(curve => !Matters(curve)).Select(Name)) + ".");
            }
        }
    }

    private static bool Matters(BoundCurve curve) =>
        curve.Points.Min(point => point.Removed) < curve.Points.Max(point => point.Removed);

    private static string Draw(BoundCurve curve)
    {
        (double Bound, double Removed) present = (Present(curve), curve.Removed);
        return BoundChart.Draw(
            Name(curve),
            $"{Figures.Count(curve.Removed)} of {Figures.Count(curve.Documents)} documents are removed at "
                + $"{Figures.Value(present.Bound)}; from {Figures.Count(curve.Points.Min(point => point.Removed))} to "
                + $"{Figures.Count(curve.Points.Max(point => point.Removed))} would be with bounds from "
                + $"{Figures.Value(curve.Points[0].Bound)} to {Figures.Value(curve.Points[^1].Bound)}.",
            [.. curve.Points.Select(point => ((double)point.Bound, (double)point.Removed))], present,
            $"{Figures.Value(present.Bound)}: {Figures.Count(curve.Removed - curve.RemovedByOthers)} alone");
    }

    private static string[] Row(BoundCurve curve)
    {
        int at = curve.Points.Select(point => point.Bound).ToList().IndexOf(Present(curve));
        int stricter = curve.Side == "min" ? at + 1 : at - 1;
        int looser = curve.Side == "min" ? at - 1 : at + 1;
        return
        [
            Name(curve), Figures.Value(Present(curve)),
            Figures.Count(curve.Removed - curve.RemovedByOthers), Figures.Count(curve.RemovedByOthers),
            At(stricter), At(looser),
        ];

        string At(int point) => point < 0 || point >= curve.Points.Count ? ""
            : $"{Figures.Count(curve.Points[point].Removed)} at {Figures.Value(curve.Points[point].Bound)}";
    }

    private static string Name(BoundCurve curve) => $"{(curve.Side == "min" ? "least" : "most")} {curve.Measure.Name}";

    private static float Present(BoundCurve curve) =>
        (curve.Side == "min" ? curve.Measure.Min : curve.Measure.Max)!.Value;
}
