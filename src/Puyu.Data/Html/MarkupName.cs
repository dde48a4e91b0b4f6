using System.Collections.Frozen;

namespace Puyu.Data.Html;

/// <summary>What the name of a tag says, without parsing.</summary>
internal static class MarkupName
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _withoutText = Set(
        "script", "style", "noscript", "svg", "iframe", "template", "object", "select", "canvas", "textarea", "audio",
        "video", "map", "math", "noembed", "noframes", "xmp");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _ignored = Set(
        "form", "frame", "frameset", "embed", "param", "source", "track", "font", "nobr", "wbr", "image", "plaintext",
        "keygen", "optgroup", "option", "input", "link", "base", "bgsound", "basefont", "command", "rt", "rp",
        "b", "big", "em", "i", "s", "small", "strike", "strong", "tt", "u"); // copied into every paragraph, if unclosed

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _ofTable = Set(
        "tr", "td", "th", "tbody", "thead", "tfoot", "caption", "col", "colgroup");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _endless = Set(
        "p", "li", "dt", "dd", "br", "img", "hr", "meta", "area", "html", "head", "body");

    /// <summary>Hash of a table's name.</summary>
    public static readonly int Table = Hash("table");

    /// <summary>The name that begins at a place; empty if none does.</summary>
    public static ReadOnlySpan<char> At(string html, int start)
    {
        int end = start;
        while (end < html.Length && (char.IsAsciiLetterOrDigit(html[end]) || html[end] is '-' or ':'))
        {
            end++;
        }

        return html.AsSpan(start, end - start);
    }

    /// <summary>Behind the greater-than sign of a tag; those in quoted values of attributes do not count.</summary>
    public static int EndOfTag(string html, int at)
    {
        while (at < html.Length && html[at] != '>')
        {
            bool isValue = html[at] == '=';
            at++;
            if (!isValue)
            {
                continue;
            }

            while (at < html.Length && char.IsWhiteSpace(html[at]))
            {
                at++;
            }

            if (at < html.Length && html[at] is '"' or '\'')
            {
                int quote = html.IndexOf(html[at], at + 1);
                at = quote < 0 ? html.Length : quote + 1;
            }
        }

        return Math.Min(at + 1, html.Length);
    }

    /// <summary>A hash of the name in lower case.</summary>
    public static int Hash(ReadOnlySpan<char> name)
    {
        uint hash = 2166136261;
        foreach (char c in name)
        {
            hash = (hash ^ (uint)(c | 0x20)) * 16777619; // FNV-1a
        }

        return (int)hash;
    }

    /// <summary>Whether the element has no text to read, so that it goes with all that is in it.</summary>
    public static bool IsWithoutText(ReadOnlySpan<char> name) => _withoutText.Contains(name);

    /// <summary>Whether the tag says nothing of the content, while the parser may stumble over it.</summary>
    public static bool IsIgnored(ReadOnlySpan<char> name) => _ignored.Contains(name);

    /// <summary>Whether the tag means something inside tables only.</summary>
    public static bool IsOfTable(ReadOnlySpan<char> name) => _ofTable.Contains(name);

    /// <summary>Whether the element stays open until its own end tag; others end without one.</summary>
    public static bool HasOwnEnd(ReadOnlySpan<char> name) =>
        !_endless.Contains(name) && !_ofTable.Contains(name) && !_ignored.Contains(name);

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Set(params string[] names) =>
        names.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
}
