namespace Puyu.Data.Html;

/// <summary>What was found on a page.</summary>
/// <param name="Text">Its main content, as text or Markdown.</param>
/// <param name="Title">Its title without the name of the site; null if it has none.</param>
/// <param name="Published">When it was published, as yyyy-MM-dd; null if it does not say.</param>
/// <param name="Language">The language it declares, such as <c>pt-BR</c>; null if it does not.</param>
/// <param name="Facts">Numbers on the page, for filters.</param>
public sealed record HtmlPage(string Text, string? Title, string? Published, string? Language, HtmlFacts Facts);

/// <summary>Numbers on a page.</summary>
/// <param name="LinkDensity">Share of the content's characters that are links, from 0 to 1.</param>
/// <param name="ContentShare">Share of the page's visible characters that are content, from 0 to 1.</param>
/// <param name="Paragraphs">Paragraphs, headings, list items and rows of tables of the content.</param>
/// <param name="IsWhole">Whether too little was found, so that the whole page was taken.</param>
public readonly record struct HtmlFacts(float LinkDensity, float ContentShare, int Paragraphs, bool IsWhole);
