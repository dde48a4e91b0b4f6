using System.Globalization;

namespace Puyu.Cli.Reports;

/// <summary>
/// A stream that runs from top to bottom and loses side flows on its way, so that it fits a narrow screen.
/// </summary>
internal static class SankeyChart
{
    private const int Width = 480;
    private const int TrunkX = 8;
    private const int TrunkWidth = 150;
    private const int FlowX = 222;
    private const int TextX = 230;
    private const int NodeX = TrunkX + TrunkWidth + 12;
    private const int NodeHeight = 26;
    private const int EmptyHeight = 22;
    private const int FlowHeight = 38;
    private const int Gap = 8;

    /// <summary>A level of the stream, or what leaves it.</summary>
    /// <param name="Label">What it is.</param>
    /// <param name="Text">The amount in words.</param>
    /// <param name="Amount">
    /// Of a level, what flows there; else what leaves, or joins if it is negative.
    /// </param>
    /// <param name="IsLevel">Which of the two.</param>
    public sealed record Row(string Label, string Text, double Amount, bool IsLevel);

    /// <summary>Draws the stream as an SVG element.</summary>
    /// <param name="title">What flows.</param>
    /// <param name="rows">From top to bottom; a level first.</param>
    public static string Draw(string title, IReadOnlyList<Row> rows)
    {
        double most = Math.Max(rows.Where(row => row.IsLevel).Max(row => row.Amount), double.Epsilon);
        double[] heights = [.. rows.Select(row => Height(row, most))];
        string description = string.Join("; ", rows.Select(row => $"{row.Label}: {row.Text}")) + ".";
        var svg = new Svg(Width, (int)Math.Ceiling(heights.Sum()) + 4, title, description, "sankey");
        double amount = 0;
        double y = 2;
        for (int i = 0; i < rows.Count; i++)
        {
            amount = rows[i].IsLevel ? rows[i].Amount : amount - rows[i].Amount;
            if (rows[i].IsLevel)
            {
                DrawLevel(svg, rows[i], y, Thickness(amount, most), isLast: i == rows.Count - 1);
            }
            else
            {
                DrawFlow(svg, rows[i], y, heights[i], Thickness(amount, most), Thickness(rows[i].Amount, most));
            }

            y += heights[i];
        }

        return svg.ToString();
    }

    private static void DrawLevel(Svg svg, Row row, double y, double thickness, bool isLast)
    {
        svg.Rect(TrunkX, y, thickness, isLast ? NodeHeight - 6 : NodeHeight, "trunk");
        svg.Rect(TrunkX, y + 7, thickness, 9, "node");
        svg.Text(NodeX, y + 16, $"{row.Label}: {row.Text}", style: "strong");
    }

    private static void DrawFlow(Svg svg, Row row, double y, double height, double left, double thickness)
    {
        svg.Rect(TrunkX, y, left, height, "trunk");
        if (row.Amount <= 0)
        {
            svg.Text(TextX, y + 15, $"{row.Label}: {row.Text}", style: "soft");
            return;
        }

        double inner = TrunkX + left;
        double outer = inner + thickness;
        double middle = y + Math.Max(Gap + (thickness / 2), height / 2);
        double top = middle - (thickness / 2);
        double bottom = middle + (thickness / 2);
        svg.Shape(
            $"M{At(outer, y)} C{At(outer, top)} {At(outer, top)} {At(FlowX, top)} L{At(FlowX, bottom)} "
            + $"C{At(inner, bottom)} {At(inner, bottom)} {At(inner, y)} Z",
            "flow");
        svg.Text(TextX, middle - 2, row.Label);
        svg.Text(TextX, middle + 14, row.Text, style: "soft");
    }

    private static string At(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#}");

    private static double Height(Row row, double most) => row.IsLevel ? NodeHeight
        : row.Amount <= 0 ? EmptyHeight
        : Math.Max(FlowHeight, Thickness(row.Amount, most) + (2 * Gap));

    /// <summary>Something is to be seen of whatever is not nothing.</summary>
    private static double Thickness(double amount, double most) =>
        amount <= 0 ? 0 : Math.Max(1, amount / most * TrunkWidth);
}
