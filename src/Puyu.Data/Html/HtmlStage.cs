using Puyu.Data.Pipeline;

namespace Puyu.Data.Html;

/// <summary>
/// Replaces a page of HTML by its main content, and notes title, day and declared language as the metadata
/// <c>title</c> (unless there is one), <c>published</c> and <c>html-language</c>.
/// </summary>
/// <param name="options">How the content is found and written.</param>
public sealed class HtmlStage(HtmlOptions options) : IStage
{
    private readonly HtmlExtractor _extractor = new(options);

    /// <inheritdoc/>
    public string Name => "html";

    /// <inheritdoc/>
    /// <remarks>
    /// Length in characters; the share of them that are links; the share of the page's characters that are content;
    /// paragraphs; 1 if too little was found, so that the whole page was taken, else 0.
    /// </remarks>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new("length", Min: 100), new("link-density", Max: 0.5f), new("content-share"), new("paragraphs"),
        new("whole-page"),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(document);
        HtmlPage page = _extractor.Extract(document.Text);
        values[0] = page.Text.Length;
        values[1] = page.Facts.LinkDensity;
        values[2] = page.Facts.ContentShare;
        values[3] = page.Facts.Paragraphs;
        values[4] = page.Facts.IsWhole ? 1 : 0;

        var metadata = document.Metadata.ToBuilder();
        if (page.Title is { } title)
        {
            _ = metadata.TryAdd("title", title);
        }

        if (page.Published is { } published)
        {
            metadata["published"] = published;
        }

        if (page.Language is { } language)
        {
            metadata["html-language"] = language;
        }

        return new StageResult(document with { Text = page.Text, Metadata = metadata.ToImmutable(), Spans = [] });
    }
}
