using Puyu.Cli.Display;

namespace Puyu.Cli.Reports;

/// <summary>How often which values occur: bars over an axis from 0 on, small enough to stand side by side.</summary>
internal static class HistogramChart
{
    private const int Width = 260;
    private const int Height = 150;
    private const int Left = 6;
    private const int Right = 26;
    private const int Top = 24;
    private const int Bottom = 22;

    /// <summary>Where others found the peak of such a histogram.</summary>
    /// <param name="Low">Least value.</param>
    /// <param name="High">Greatest value.</param>
    public sealed record Peak(double Low, double High);

    /// <summary>Draws the bars as an SVG element.</summary>
    /// <param name="title">What is counted.</param>
    /// <param name="description">What is to be seen, in a sentence.</param>
    /// <param name="width">Of a bin.</param>
    /// <param name="counts">How many values each bin has.</param>
    /// <param name="beyond">How many lie behind the last bin.</param>
    /// <param name="peak">To be marked; null for none.</param>
    public static string Draw(
        string title, string description, double width, IReadOnlyList<long> counts, long beyond, Peak? peak)
    {
        var svg = new Svg(Width, Height, title, description);
        svg.Text(Left, 14, title, style: "strong");
        double end = width * Math.Max(counts.Count, 1);
        double most = Math.Max(1, counts.Append(beyond).Max());
        double step = (X(end, end) - Left) / Math.Max(counts.Count, 1);
        for (int bin = 0; bin < counts.Count; bin++)
        {
            DrawBar(svg, Left + (bin * step), Math.Max(1, step - 0.5), counts[bin] / most);
        }

        DrawBar(svg, Width - 14, 12, beyond / most);
        if (peak is not null && peak.Low < end)
        {
            double high = Math.Min(peak.High, end);
            double left = X(peak.Low, end);
            svg.Rect(left, Top, Math.Max(2, X(high, end) - left), Height - Top - Bottom, "band");
        }

        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        svg.Text(Width - 2, Height - 7, "more", "end", "soft");
        double[] ticks = [.. LineChart.Ticks(0, end * 0.999).Where(tick => tick <= end * 0.88)];
        foreach (double tick in ticks)
        {
            svg.Line(X(tick, end), Height - Bottom, X(tick, end), Height - Bottom + 3, "axis");
            svg.Text(X(tick, end), Height - 7, Figures.Value(tick), tick == 0 ? "start" : "middle", "soft");
        }

        return svg.ToString();
    }

    private static void DrawBar(Svg svg, double x, double width, double share)
    {
        double height = share * (Height - Top - Bottom);
        if (share > 0)
        {
            svg.Rect(x, Height - Bottom - Math.Max(height, 0.5), width, Math.Max(height, 0.5), "bar");
        }
    }

    private static double X(double value, double end) => Left + (value / end * (Width - Left - Right));
}
