using System.Globalization;
using System.Net;
using System.Text;

namespace Puyu.Cli.Reports;

/// <summary>The few SVG elements that the charts are made of. Colours come from the page's style sheet.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _text = new();

    /// <param name="width">Width of the drawing area.</param>
    /// <param name="height">Height of the drawing area.</param>
    /// <param name="title">What the picture shows, for those who hear it.</param>
    /// <param name="description">What is to be seen in it, in a sentence or two; may be empty.</param>
    /// <param name="style">Class of the style sheet; may be empty.</param>
    public Svg(int width, int height, string title, string description = "", string style = "")
    {
        string label = WebUtility.HtmlEncode(title);
        string kind = style.Length > 0 ? $" class=\"{style}\"" : "";
        Append($"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\"{kind}>\n");
        Append($"<title>{label}</title>\n");
        if (description.Length > 0)
        {
            Append($"<desc>{WebUtility.HtmlEncode(description)}</desc>\n");
        }
    }

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        Append($"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" class=\"{style}\"/>\n");

    public void Rect(double x, double y, double width, double height, string style) =>
        Append(
            $"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\" class=\"{style}\"/>\n");

    public void Circle(double x, double y, double radius, string style) =>
        Append($"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"{radius:0.#}\" class=\"{style}\"/>\n");

    /// <param name="x">Anchor point.</param>
    /// <param name="y">Base line.</param>
    /// <param name="text">Plain text.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="style">Class of the style sheet; may be empty.</param>
    public void Text(double x, double y, string text, string anchor = "start", string style = "")
    {
        string kind = style.Length > 0 ? $" class=\"{style}\"" : "";
        string encoded = WebUtility.HtmlEncode(text);
        Append($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\"{kind}>{encoded}</text>\n");
    }

    /// <summary>A filled shape.</summary>
    /// <param name="outline">As SVG writes paths.</param>
    /// <param name="style">Class of the style sheet.</param>
    public void Shape(string outline, string style) => Append($"<path d=\"{outline}\" class=\"{style}\"/>\n");

    /// <summary>A line through points.</summary>
    public void Path(IEnumerable<(double X, double Y)> points, string style)
    {
        Append($"<polyline class=\"{style}\" points=\"");
        foreach ((double x, double y) in points)
        {
            Append($"{x:0.#},{y:0.#} ");
        }

        Append($"\"/>\n");
    }

    /// <summary>The finished element.</summary>
    public override string ToString() => _text + "</svg>\n";

    private void Append(FormattableString text) => _text.Append(text.ToString(CultureInfo.InvariantCulture));
}
