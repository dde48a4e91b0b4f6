namespace Puyu.Cli.Reports;

/// <summary>Horizontal bars, one a row, such as a funnel of documents or the time of stages.</summary>
internal static class BarChart
{
    private const int Width = 720;
    private const int RowHeight = 28;
    private const int Left = 220;
    private const int Right = 150;

    /// <summary>Draws the bars as an SVG element.</summary>
    /// <param name="title">What the bars count.</param>
    /// <param name="bars">Name, length and the text at the end of each bar.</param>
    public static string Draw(string title, IReadOnlyList<(string Name, double Value, string Text)> bars)
    {
        double most = Math.Max(double.Epsilon, bars.Max(bar => bar.Value));
        var svg = new Svg(Width, RowHeight * bars.Count, title);
        for (int i = 0; i < bars.Count; i++)
        {
            double width = bars[i].Value / most * (Width - Left - Right);
            svg.Text(Left - 10, (RowHeight * i) + 18, bars[i].Name, "end");
            svg.Rect(Left, (RowHeight * i) + 4, Math.Max(1, width), RowHeight - 8, "bar");
            svg.Text(Left + width + 8, (RowHeight * i) + 18, bars[i].Text);
        }

        return svg.ToString();
    }
}
