namespace Puyu.Data.Html;

/// <summary>What the content of a page is written as.</summary>
public enum HtmlOutput
{
    /// <summary>A paragraph a line, an empty line between two.</summary>
    Text,

    /// <summary>Markdown: headings, lists, quotations, tables and code keep their marks.</summary>
    Markdown,
}
