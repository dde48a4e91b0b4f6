using System.Net;
using System.Text;

namespace Puyu.Cli.Reports;

/// <summary>A self-contained HTML page: no scripts, no fonts, nothing loaded.</summary>
/// <param name="title">Title and first heading.</param>
internal sealed class HtmlPage(string title)
{
    private const char NumberMark = '#';

    private readonly StringBuilder _body = new();

    /// <summary>Begins a section.</summary>
    public HtmlPage Heading(string text) => Append($"<h2>{Encode(text)}</h2>\n");

    /// <summary>Begins a part of a section.</summary>
    public HtmlPage Subheading(string text) => Append($"<h3>{Encode(text)}</h3>\n");

    /// <summary>Adds a paragraph.</summary>
    public HtmlPage Paragraph(string text) => Append($"<p>{Encode(text)}</p>\n");

    /// <summary>Adds text as typed.</summary>
    public HtmlPage Code(string text) => Append($"<pre>{Encode(text)}</pre>\n");

    /// <summary>Adds a drawing.</summary>
    public HtmlPage Figure(string svg) => Append(svg);

    /// <summary>Adds small drawings side by side, as many in a row as fit.</summary>
    public HtmlPage Figures(IEnumerable<string> svgs) =>
        Append($"<div class=\"figures\">\n{string.Concat(svgs)}</div>\n");

    /// <summary>Adds words of others: where they are from, then the words.</summary>
    public HtmlPage Quote(string origin, string text) => Append(
        $"<figure><figcaption>{Encode(origin)}</figcaption>"
        + $"<blockquote dir=\"auto\">{Encode(text)}</blockquote></figure>\n");

    /// <summary>Adds what is shown when its summary is clicked.</summary>
    public HtmlPage Details(string summary, Action content)
    {
        Append($"<details><summary>{Encode(summary)}</summary>\n");
        content();
        return Append("</details>\n");
    }

    /// <summary>
    /// Adds a table, which scrolls where it is too wide; columns whose heading begins with '#' hold numbers.
    /// </summary>
    public HtmlPage Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        Append("<div class=\"wide\"><table>\n");
        AppendRow("th", headings, headings.Select(text => text.TrimStart(NumberMark)));
        foreach (IReadOnlyList<string> row in rows)
        {
            AppendRow("td", headings, row);
        }

        return Append("</table></div>\n");
    }

    /// <summary>The whole page.</summary>
    public override string ToString() => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encode(title)}</title>
        <style>
        {Style()}
        </style>
        </head>
        <body>
        <h1>{Encode(title)}</h1>
        {_body}</body>
        </html>

        """;

    private void AppendRow(string element, IReadOnlyList<string> headings, IEnumerable<string> texts)
    {
        Append("<tr>");
        foreach ((string heading, string text) in headings.Zip(texts))
        {
            string style = heading.StartsWith(NumberMark) ? " class=\"n\"" : "";
            Append($"<{element}{style}>{Encode(text)}</{element}>");
        }

        Append("</tr>\n");
    }

    private static string Style()
    {
        using Stream style = typeof(HtmlPage).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(style);
        return reader.ReadToEnd().TrimEnd();
    }

    private HtmlPage Append(string html)
    {
        _body.Append(html);
        return this;
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
