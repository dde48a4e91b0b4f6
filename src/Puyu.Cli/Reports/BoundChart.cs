using Puyu.Cli.Display;

namespace Puyu.Cli.Reports;

/// <summary>What would be removed, by where a bound is: a small curve with the present bound marked.</summary>
internal static class BoundChart
{
    private const int Width = 260;
    private const int Height = 150;
    private const int Left = 6;
    private const int Right = 12;
    private const int Top = 26;
    private const int Bottom = 22;

    /// <summary>From this ratio of the range to the lower half of the points on the axis is logarithmic.</summary>
    private const double LogarithmicFrom = 12;

    /// <summary>Draws the curve as an SVG element.</summary>
    /// <param name="title">Which bound.</param>
    /// <param name="description">What is to be seen, in a sentence.</param>
    /// <param name="points">Bounds, ascending, and documents removed; at least one.</param>
    /// <param name="present">The present bound and what it removes.</param>
    /// <param name="mark">What to write beside it.</param>
    public static string Draw(
        string title, string description, IReadOnlyList<(double Bound, double Removed)> points,
        (double Bound, double Removed) present, string mark)
    {
        double least = points[0].Bound;
        double most = points[^1].Bound;
        double half = points[points.Count / 2].Bound - least;
        bool isLogarithmic = half > 0 && (most - least) / half > LogarithmicFrom;
        double top = Math.Max(1, points.Max(point => point.Removed));
        var svg = new Svg(Width, Height, title, description);
        svg.Text(Left, 13, title, style: "strong");
        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        svg.Line(X(present.Bound), Top, X(present.Bound), Height - Bottom, "mark");
        svg.Path(points.Select(point => (X(point.Bound), Y(point.Removed))), "curve curve0");
        svg.Circle(X(present.Bound), Y(present.Removed), 3.5, "dot");
        svg.Text(Left, Height - 7, Figures.Value(least), "start", "soft");
        svg.Text(Width - Right, Height - 7, Figures.Value(most), "end", "soft");
        bool isLeft = X(present.Bound) < Width / 2.0;
        svg.Text(X(present.Bound) + (isLeft ? 5 : -5), Top + 8, mark, isLeft ? "start" : "end");
        svg.Text((Left + Width - Right) / 2.0, Height - 7, isLogarithmic ? "logarithmic" : "", "middle", "soft");
        return svg.ToString();

        double X(double bound)
        {
            double share = most <= least ? 0.5
                : isLogarithmic ? Math.Log(1 + ((bound - least) / half)) / Math.Log(1 + ((most - least) / half))
                : (bound - least) / (most - least);
            return Left + (share * (Width - Left - Right));
        }

        double Y(double removed) => Height - Bottom - (removed / top * (Height - Top - Bottom - 14));
    }
}
