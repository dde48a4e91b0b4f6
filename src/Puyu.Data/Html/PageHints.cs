using System.Collections.Frozen;
using AngleSharp.Dom;

namespace Puyu.Data.Html;

/// <summary>What tags, classes and identifiers say an element is for.</summary>
internal static class PageHints
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _read = new[]
    {
        "class", "id", "role", "itemprop", "hidden", "aria-hidden", "style", "lang", "property", "name", "content",
        "datetime", "pubdate", "http-equiv", "rel", "start", "href",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string> _apparatusTags = new[]
    {
        "nav", "aside", "footer", "button", "menu", "dialog", "figcaption", "label", "legend", "fieldset", "datalist",
        "progress", "meter", "output",
    }.ToFrozenSet();

    private static readonly FrozenSet<string> _apparatusRoles = new[]
    {
        "navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog", "alert",
        "button", "toolbar", "tablist", "tooltip", "alertdialog",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _boilerplateWords = new[]
    {
        "ad", "ads", "adv", "advert", "adverts", "advertisement", "advertising", "advertorial", "adsense", "adslot",
        "author", "authors", "avatar", "banner", "banners", "bio", "breadcrumb", "breadcrumbs", "byline", "bylines",
        "caption", "captions", "carousel", "contributors", "cookie", "cookies", "copyright", "credit", "credits",
        "crumbs", "dateline", "disclaimer", "donate", "donation", "dropdown", "facebook", "follow", "footer", "gdpr",
        "keywords", "kicker", "legal", "login", "masthead", "menu", "meta", "metadata", "modal", "nav",
        "navbar", "navigation", "newsletter", "newsletters", "outbrain", "overlay", "pager", "pagination", "paywall",
        "popular", "popup", "postmeta", "print", "promo", "promos", "promoted", "promotion", "readmore", "recirc",
        "recirculation", "recommend", "recommendation", "recommendations", "recommended", "register", "related",
        "rss", "search", "share", "shares", "sharebar", "sharedaddy", "sharethis", "sharing", "sharetools", "shopping",
        "sidebar",
        "signin", "signup", "sitemap", "skyscraper", "slideshow", "social", "socials", "sponsor", "sponsored",
        "sponsors", "subscribe", "subscription", "survey", "taboola", "tag", "taglist", "tags", "teaser", "teasers",
        "ticker", "timestamp", "toolbar", "tooltip", "topics", "trending", "twitter", "upsell", "widget", "widgets",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _commentWords = new[]
    {
        "comment", "comments", "commentlist", "disqus", "respond", "reply", "replies", "livefyre",
        "commenting", "discussion",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether an attribute is looked at; the parser leaves the others out.</summary>
    public static bool IsRead(ReadOnlySpan<char> attribute) => _read.Contains(attribute);

    /// <summary>What an element is for, by itself.</summary>
    public static PageRole RoleOf(IElement element)
    {
        if (IsHidden(element))
        {
            return PageRole.Hidden;
        }

        if (_apparatusTags.Contains(element.LocalName)
            || (element.GetAttribute("role") is { } role && _apparatusRoles.Contains(role)))
        {
            return PageRole.Apparatus;
        }

        // What is quoted, such as a message of a social network, belongs to the text whatever its class.
        if (element.GetAttribute("itemprop") is "articleBody"
            || element.LocalName is "article" or "main" or "blockquote")
        {
            return PageRole.None;
        }

        PageRole ofId = RoleOf(element.GetAttribute("id"));
        return ofId != PageRole.None ? ofId : RoleOf(element.GetAttribute("class"));
    }

    private static bool IsHidden(IElement element) =>
        element.HasAttribute("hidden")
        || (element.GetAttribute("aria-hidden") == "true" && element.LocalName is not ("div" or "p" or "section"))
        || (element.GetAttribute("style") is { } style && HidesAll(style));

    private static bool HidesAll(string style)
    {
        string compact = style.Replace(" ", "", StringComparison.Ordinal);
        return compact.Contains("display:none", StringComparison.OrdinalIgnoreCase)
            || compact.Contains("visibility:hidden", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the words of a class or identifier say: split at punctuation and at capitals.</summary>
    private static PageRole RoleOf(string? names)
    {
        if (string.IsNullOrEmpty(names))
        {
            return PageRole.None;
        }

        var found = PageRole.None;
        foreach (Range part in names.AsSpan().Split(' '))
        {
            PageRole role = RoleOfName(names.AsSpan()[part]);
            if (role != PageRole.None)
            {
                found = role;
                break;
            }
        }

        return found;
    }

    private static PageRole RoleOfName(ReadOnlySpan<char> name)
    {
        int start = 0;
        var found = PageRole.None;
        for (int i = 1; i <= name.Length; i++)
        {
            bool ends = i == name.Length || !char.IsLetter(name[i])
                || (char.IsUpper(name[i]) && char.IsLower(name[i - 1]));
            if (!ends)
            {
                continue;
            }

            ReadOnlySpan<char> word = name[start..i].Trim("-_0123456789:./");
            if (start == 0 && word is "has" or "with" or "no" or "is" or "js" or "hide" or "show")
            {
                return PageRole.None; // "no-sidebar", "has-ads": of the page, not of the element
            }

            if (_commentWords.Contains(word))
            {
                return PageRole.Comments;
            }

            if (_boilerplateWords.Contains(word))
            {
                found = PageRole.Boilerplate;
            }

            start = i;
        }

        return found;
    }
}
