namespace Puyu.Data.Html;

/// <summary>Finds the main content of web pages. Safe for several threads at once.</summary>
public sealed class HtmlExtractor
{
    private readonly HtmlOptions _options;

    /// <summary>Makes an extractor.</summary>
    /// <param name="options">How the content is found and written.</param>
    /// <exception cref="Abstractions.OptionsException">An option is out of range.</exception>
    public HtmlExtractor(HtmlOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
    }

    /// <summary>Finds the content of a page.</summary>
    /// <param name="html">The page, decoded. Any text is a page, however broken.</param>
    public HtmlPage Extract(string html)
    {
        ArgumentNullException.ThrowIfNull(html);
        string trimmed = MarkupTrim.Trim(html, _options.MaximumDepth);
        return PageTree.Parse(trimmed, _options.MaximumElements) is { } tree
            ? Extract(tree, html)
            : new HtmlPage(MarkupText.Of(trimmed), null, null, null, new HtmlFacts(0, 1, 1, IsWhole: true));
    }

    private HtmlPage Extract(PageTree tree, string html)
    {
        string? title = PageMetadata.Title(tree.Document);
        List<PageParagraph> all = PageBlocks.Of(tree, marksCode: _options.Output == HtmlOutput.Markdown);
        List<PageParagraph> content = WithoutTitle(MainContent.Find(tree, all, trustsNames: true), title);
        bool isWhole = false;
        if (Chars(content) < _options.LittleChars)
        {
            List<PageParagraph> more = WithoutTitle(MainContent.Find(tree, all, trustsNames: false), title);
            content = Chars(more) > 2 * Chars(content) ? more : content;
            if (Chars(content) < _options.LittleChars / 5)
            {
                isWhole = true;
                content = all.FindAll(static paragraph => paragraph.Role is PageRole.None or PageRole.Boilerplate);
            }
        }

        if (_options.Comments)
        {
            content.AddRange(all.FindAll(static paragraph => paragraph.Role == PageRole.Comments));
        }

        int chars = Chars(content);
        float links = content.Sum(static paragraph => paragraph.LinkChars);
        return new HtmlPage(
            PageWriter.Write(content, _options.Output), title, PageMetadata.Published(tree.Document, html),
            PageMetadata.Language(tree.Document),
            new HtmlFacts(links / Math.Max(1, chars), (float)chars / Math.Max(1, Chars(all)), content.Count, isWhole));
    }

    private static int Chars(List<PageParagraph> paragraphs) => paragraphs.Sum(static paragraph => paragraph.Chars);

    /// <summary>The title is metadata; above the text it would be read twice.</summary>
    private static List<PageParagraph> WithoutTitle(List<PageParagraph> paragraphs, string? title)
    {
        int first = paragraphs.FindIndex(paragraph => paragraph.Kind == ParagraphKind.Heading
            && (paragraph.Level == 1 || paragraph.Text.Equals(title, StringComparison.OrdinalIgnoreCase)));
        if (first >= 0 && first < 5)
        {
            paragraphs.RemoveAt(first);
        }

        return paragraphs;
    }
}
