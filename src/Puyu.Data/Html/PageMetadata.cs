using System.Globalization;
using AngleSharp.Dom;

namespace Puyu.Data.Html;

/// <summary>What a page says of itself in its head.</summary>
internal static class PageMetadata
{
    private static readonly string[] _dateNames =
    [
        "article:published_time", "og:published_time", "datepublished", "date", "pubdate", "publishdate",
        "publish-date", "publish_date", "dc.date", "dc.date.issued", "dcterms.created", "parsely-pub-date",
        "sailthru.date", "article.published", "cxenseparse:recs:publishtime", "datecreated",
    ];

    /// <summary>The title without the name of the site; null if there is none.</summary>
    public static string? Title(IDocument document)
    {
        string? shared = Meta(document, "og:title") ?? Meta(document, "twitter:title");
        if (!string.IsNullOrWhiteSpace(shared))
        {
            return Collapse(shared);
        }

        string title = Collapse(document.Title ?? "");
        foreach (IElement heading in document.GetElementsByTagName("h1"))
        {
            string text = Collapse(heading.TextContent);
            if (text.Length > 10 && title.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return text;
            }
        }

        return title.Length > 0 ? WithoutSite(title) : null;
    }

    /// <summary>The day of publication as yyyy-MM-dd; null if the page does not say.</summary>
    /// <param name="document">The page.</param>
    /// <param name="html">Its markup, whose scripts hold what is described for search engines.</param>
    public static string? Published(IDocument document, string html)
    {
        foreach (string name in _dateNames)
        {
            if (Day(Meta(document, name)) is { } day)
            {
                return day;
            }
        }

        return Day(Described(html, "\"datePublished\"")) ?? OfTime(document);
    }

    /// <summary>The language that the page declares; null if it declares none.</summary>
    public static string? Language(IDocument document)
    {
        string? language = document.DocumentElement.GetAttribute("lang");
        if (string.IsNullOrWhiteSpace(language))
        {
            language = Meta(document, "content-language") ?? Meta(document, "og:locale");
        }

        return string.IsNullOrWhiteSpace(language) ? null : language.Trim().Replace('_', '-');
    }

    private static string? OfTime(IDocument document)
    {
        foreach (IElement element in document.All)
        {
            string? itemprop = element.GetAttribute("itemprop");
            if (itemprop == "datePublished" || element.LocalName == "time")
            {
                string? value = element.GetAttribute("datetime") ?? element.GetAttribute("content");
                if (Day(value) is { } day)
                {
                    return day;
                }
            }
        }

        return null;
    }

    private static string? Meta(IDocument document, string name)
    {
        if (document.Head is not { } head)
        {
            return null;
        }

        foreach (IElement element in head.Children)
        {
            if (element.LocalName == "meta"
                && (IsNamed(element, "property", name) || IsNamed(element, "name", name)
                    || IsNamed(element, "itemprop", name) || IsNamed(element, "http-equiv", name)))
            {
                return element.GetAttribute("content");
            }
        }

        return null;
    }

    private static bool IsNamed(IElement element, string attribute, string name) =>
        string.Equals(element.GetAttribute(attribute), name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The string behind a member's name, of JSON somewhere on the page.</summary>
    private static string? Described(string html, string member)
    {
        int at = html.IndexOf(member, StringComparison.Ordinal);
        int open = at < 0 ? -1 : html.IndexOf('"', at + member.Length);
        return open > 0 && open - at < member.Length + 8 && open + 26 < html.Length
            ? html.Substring(open + 1, 25) : null;
    }

    /// <summary>The day that a date in ISO 8601 begins with.</summary>
    private static string? Day(string? date)
    {
        date = date?.Trim();
        if (date is null || date.Length < 8)
        {
            return null;
        }

        bool isCompact = date.Length >= 8 && date.AsSpan(0, 8).IndexOfAnyExceptInRange('0', '9') < 0;
        string day = isCompact ? date[..8] : date[..Math.Min(10, date.Length)];
        return DateOnly.TryParseExact(
            day, isCompact ? "yyyyMMdd" : "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None,
            out DateOnly parsed) && parsed.Year is > 1990 and < 2100
            ? parsed.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;
    }

    private static string WithoutSite(string title)
    {
        foreach (string separator in (ReadOnlySpan<string>)[" | ", " – ", " — ", " - ", " » ", " :: ", "_", " · "])
        {
            int at = title.LastIndexOf(separator, StringComparison.Ordinal);
            if (at > 15 || (at > 0 && 2 * at > title.Length))
            {
                return title[..at].Trim();
            }
        }

        return title;
    }

    private static string Collapse(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
