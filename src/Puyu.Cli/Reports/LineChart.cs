using System.Globalization;

namespace Puyu.Cli.Reports;

/// <summary>Curves over a common horizontal axis, such as losses over steps.</summary>
internal static class LineChart
{
    private const int Width = 720;
    private const int Height = 300;
    private const int Left = 56;
    private const int Right = 12;
    private const int Top = 12;
    private const int Bottom = 40;

    /// <summary>One curve.</summary>
    /// <param name="Name">Shown in the legend.</param>
    /// <param name="Points">At least one.</param>
    public sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points);

    /// <summary>Draws the curves as an SVG element.</summary>
    public static string Draw(string xTitle, string yTitle, IReadOnlyList<Series> series)
    {
        var points = series.SelectMany(curve => curve.Points).Where(point => double.IsFinite(point.Y)).ToList();
        if (points.Count == 0)
        {
            return "<p>No points were recorded.</p>\n";
        }

        double[] xTicks = Ticks(points.Min(point => point.X), points.Max(point => point.X));
        double[] yTicks = Ticks(points.Min(point => point.Y), points.Max(point => point.Y));
        var svg = new Svg(Width, Height, $"{yTitle} over {xTitle}");
        DrawAxes(svg, xTicks, yTicks, xTitle, yTitle);
        for (int i = 0; i < series.Count; i++)
        {
            svg.Path(series[i].Points.Select(point => (X(point.X, xTicks), Y(point.Y, yTicks))), $"curve curve{i}");
            svg.Line(Width - 200, Top + 12 + (18 * i), Width - 176, Top + 12 + (18 * i), $"curve curve{i}");
            svg.Text(Width - 170, Top + 16 + (18 * i), series[i].Name);
        }

        return svg.ToString();
    }

    private static void DrawAxes(Svg svg, double[] xTicks, double[] yTicks, string xTitle, string yTitle)
    {
        foreach (double tick in yTicks)
        {
            svg.Line(Left, Y(tick, yTicks), Width - Right, Y(tick, yTicks), "grid");
            svg.Text(Left - 6, Y(tick, yTicks) + 4, Label(tick), "end");
        }

        foreach (double tick in xTicks)
        {
            svg.Line(X(tick, xTicks), Height - Bottom, X(tick, xTicks), Height - Bottom + 4, "axis");
            svg.Text(X(tick, xTicks), Height - Bottom + 17, Label(tick), "middle");
        }

        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        svg.Text((Left + Width - Right) / 2.0, Height - 6, xTitle, "middle");
        svg.Text(Left + 6, Top + 8, yTitle);
    }

    private static double X(double x, double[] ticks) =>
        Left + ((x - ticks[0]) / (ticks[^1] - ticks[0]) * (Width - Left - Right));

    private static double Y(double y, double[] ticks) =>
        Height - Bottom - ((y - ticks[0]) / (ticks[^1] - ticks[0]) * (Height - Top - Bottom));

    /// <summary>Round numbers (1, 2 or 5 times a power of ten apart) that enclose the range.</summary>
    internal static double[] Ticks(double least, double most)
    {
        double span = most - least;
        if (span <= 0)
        {
            span = Math.Max(1, Math.Abs(most));
        }

        double power = Math.Pow(10, Math.Floor(Math.Log10(span / 4)));
        double ratio = span / 4 / power;
        double step = power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
        double first = Math.Floor(least / step);
        double last = Math.Max(first + 1, Math.Ceiling(most / step));
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    private static string Label(double tick) => tick.ToString("0.####", CultureInfo.InvariantCulture);
}
