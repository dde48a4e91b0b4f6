namespace Puyu.Cli.Reports;

/// <summary>Measured values with their confidence intervals, one a row, against marked reference values.</summary>
internal static class IntervalChart
{
    private const int Width = 720;
    private const int RowHeight = 30;
    private const int Left = 290;
    private const int Right = 70;
    private const int Top = 24;

    /// <summary>One measured value.</summary>
    /// <param name="Name">What was measured.</param>
    /// <param name="Value">The estimate.</param>
    /// <param name="Low">Lower end of its confidence interval.</param>
    /// <param name="High">Upper end of its confidence interval.</param>
    public sealed record Row(string Name, double Value, double Low, double High);

    /// <summary>A value to compare with, drawn as a vertical line.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="Value">Where it is.</param>
    public sealed record Mark(string Name, double Value);

    /// <summary>Draws the rows as an SVG element.</summary>
    /// <param name="title">What is measured.</param>
    /// <param name="rows">At least one.</param>
    /// <param name="marks">May be empty.</param>
    /// <param name="format">Writes a value.</param>
    public static string Draw(
        string title, IReadOnlyList<Row> rows, IReadOnlyList<Mark> marks, Func<double, string> format)
    {
        double[] ticks = LineChart.Ticks(
            rows.Select(row => row.Low).Concat(marks.Select(mark => mark.Value)).Min(),
            rows.Select(row => row.High).Concat(marks.Select(mark => mark.Value)).Max());
        int height = Top + (RowHeight * rows.Count) + 26;
        var svg = new Svg(Width, height, title);
        foreach (double tick in ticks)
        {
            svg.Line(X(tick), Top, X(tick), height - 24, "grid");
            svg.Text(X(tick), height - 8, format(tick), "middle");
        }

        foreach (Mark mark in marks)
        {
            svg.Line(X(mark.Value), Top, X(mark.Value), height - 24, "mark");
            svg.Text(X(mark.Value), Top - 8, mark.Name, "middle");
        }

        for (int i = 0; i < rows.Count; i++)
        {
            double y = Top + (RowHeight * (i + 0.5));
            svg.Text(Left - 10, y + 4, rows[i].Name, "end");
            svg.Line(X(rows[i].Low), y, X(rows[i].High), y, "whisker");
            svg.Circle(X(rows[i].Value), y, 5, "dot");
            svg.Text(Width - Right + 10, y + 4, format(rows[i].Value));
        }

        return svg.ToString();

        double X(double value) => Left + ((value - ticks[0]) / (ticks[^1] - ticks[0]) * (Width - Left - Right));
    }
}
