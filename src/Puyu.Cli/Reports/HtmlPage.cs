using System.Net;
using System.Text;

namespace Puyu.Cli.Reports;

/// <summary>A self-contained HTML page: no scripts, no fonts, nothing loaded.</summary>
/// <param name="title">Title and first heading.</param>
internal sealed class HtmlPage(string title)
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #667; --line: #d8dce2; --paper: #fff; --a: #2563b0; --b: #c2571a; --c: #2b8a5b; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa3ad; --line: #363c44; --paper: #15181c; --a: #6ba6ee; --b: #ee9a5f; --c: #66c795; } }
        body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 780px; margin: 2.5rem auto; padding: 0 1rem; }
        h1 { font-size: 1.7rem; } h2 { font-size: 1.2rem; margin-top: 2.4rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
        p.lead { color: var(--soft); } code, pre { font: .87em/1.5 ui-monospace, monospace; } pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; }
        table { border-collapse: collapse; width: 100%; font-size: .93rem; } th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
        svg { width: 100%; height: auto; margin: .8rem 0; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
        .grid { stroke: var(--line); } .axis { stroke: var(--soft); } .mark { stroke: var(--b); stroke-dasharray: 4 3; } .bar { fill: var(--a); opacity: .8; }
        .curve { fill: none; stroke-width: 1.8; } .curve0 { stroke: var(--a); } .curve1 { stroke: var(--b); } .curve2 { stroke: var(--c); } .whisker { stroke: var(--a); stroke-width: 2; } .dot { fill: var(--a); }
        """;

    private readonly StringBuilder _body = new();

    /// <summary>Begins a section.</summary>
    public HtmlPage Heading(string text) => Append($"<h2>{Encode(text)}</h2>\n");

    /// <summary>Adds a paragraph.</summary>
    public HtmlPage Paragraph(string text) => Append($"<p>{Encode(text)}</p>\n");

    /// <summary>Adds text as typed.</summary>
    public HtmlPage Code(string text) => Append($"<pre>{Encode(text)}</pre>\n");

    /// <summary>Adds a drawing.</summary>
    public HtmlPage Figure(string svg) => Append(svg);

    /// <summary>Adds a table; columns whose heading begins with '#' hold numbers.</summary>
    public HtmlPage Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        Append("<table>\n<tr>" + string.Concat(headings.Select(text =>
            text.StartsWith('#') ? $"<th class=\"n\">{Encode(text[1..])}</th>" : $"<th>{Encode(text)}</th>")) + "</tr>\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            Append("<tr>" + string.Concat(row.Select((text, i) =>
                headings[i].StartsWith('#') ? $"<td class=\"n\">{Encode(text)}</td>" : $"<td>{Encode(text)}</td>")) + "</tr>\n");
        }

        return Append("</table>\n");
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
        {Style}
        </style>
        </head>
        <body>
        <h1>{Encode(title)}</h1>
        {_body}</body>
        </html>

        """;

    private HtmlPage Append(string html)
    {
        _body.Append(html);
        return this;
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
