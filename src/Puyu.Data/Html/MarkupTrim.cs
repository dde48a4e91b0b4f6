using System.Text;

namespace Puyu.Data.Html;

/// <summary>
/// Takes out of a page what has no text (scripts, styles, comments, drawings) and bounds how deep elements nest, so
/// that no page costs the parser more than time linear in its length.
/// </summary>
/// <remarks>
/// A parser that follows the HTML standard looks through its open elements at nearly every tag and joins text around
/// every tag that it ignores; both are quadratic on pages made for it. So tags that cannot have an effect are dropped
/// here, and the stack of open elements is bounded. One pass; no recursion.
/// </remarks>
internal sealed class MarkupTrim
{
    private readonly string _html;
    private readonly int _maximumDepth;
    private readonly StringBuilder _kept;
    private readonly List<int> _open = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _endless;
    private readonly Dictionary<string, int> _endlessNames = new(StringComparer.OrdinalIgnoreCase);
    private int _dropped;

    private MarkupTrim(string html, int maximumDepth)
    {
        _html = html;
        _maximumDepth = maximumDepth;
        _kept = new StringBuilder(html.Length / 2);
        _endless = _endlessNames.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The page without what has no text.</summary>
    /// <param name="html">The page.</param>
    /// <param name="maximumDepth">Open elements from which on tags are dropped.</param>
    public static string Trim(string html, int maximumDepth)
    {
        var trim = new MarkupTrim(html, maximumDepth);
        trim.Scan();
        return trim._kept.ToString();
    }

    private void Scan()
    {
        int at = 0;
        while (at < _html.Length)
        {
            int tag = _html.IndexOf('<', at);
            if (tag < 0)
            {
                tag = _html.Length;
            }

            _kept.Append(_html, at, tag - at);
            at = tag < _html.Length ? AfterTag(tag) : tag;
        }
    }

    /// <summary>Keeps or drops the markup that begins at a less-than sign.</summary>
    /// <returns>Where to go on.</returns>
    private int AfterTag(int start)
    {
        char next = start + 1 < _html.Length ? _html[start + 1] : ' ';
        if (char.IsAsciiLetter(next))
        {
            return AfterStartTag(start);
        }

        if (next == '/')
        {
            return AfterEndTag(start);
        }

        if (next is '!' or '?')
        {
            return _html.AsSpan(start).StartsWith("<!--", StringComparison.Ordinal)
                ? After("-->", start + 2) : After(">", start);
        }

        _kept.Append("&lt;");
        return start + 1;
    }

    private int AfterStartTag(int start)
    {
        ReadOnlySpan<char> name = MarkupName.At(_html, start + 1);
        int end = MarkupName.EndOfTag(_html, start + 1 + name.Length);
        if (MarkupName.IsWithoutText(name))
        {
            return AfterElement(name, end);
        }

        if (MarkupName.IsIgnored(name) || (MarkupName.IsOfTable(name) && !_open.Contains(MarkupName.Table)))
        {
            return end;
        }

        if (MarkupName.HasOwnEnd(name))
        {
            if (_open.Count >= _maximumDepth)
            {
                _dropped++;
                return end;
            }

            _open.Add(MarkupName.Hash(name));
        }

        // Code stays open across paragraphs, once for each set of attributes.
        bool isCode = name.Equals("code", StringComparison.OrdinalIgnoreCase);
        _kept.Append(isCode ? "<code>" : _html.AsSpan(start, end - start));
        return end;
    }

    private int AfterEndTag(int start)
    {
        ReadOnlySpan<char> name = MarkupName.At(_html, start + 2);
        int end = After(">", start);
        if (MarkupName.HasOwnEnd(name))
        {
            if (_dropped > 0)
            {
                _dropped--;
                return end;
            }

            int opened = LastOpen(MarkupName.Hash(name));
            if (opened < 0)
            {
                return end;
            }

            _open.RemoveRange(opened, _open.Count - opened);
            _kept.Append(_html, start, end - start);
        }
        else if (name.Equals("p", StringComparison.OrdinalIgnoreCase))
        {
            _kept.Append("</p>"); // makes a paragraph even where none is open
        }

        return end;
    }

    /// <summary>The innermost open element of a name, if the standard would let its end tag close it.</summary>
    private int LastOpen(int hash)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i] == hash)
            {
                return i;
            }

            if (_open[i] == MarkupName.Table)
            {
                break;
            }
        }

        return -1;
    }

    /// <summary>Skips an element with its content; an element without end, only its tag.</summary>
    private int AfterElement(ReadOnlySpan<char> name, int contentStart)
    {
        if (_endless.ContainsKey(name))
        {
            return contentStart;
        }

        int at = contentStart;
        while ((at = _html.IndexOf("</", at, StringComparison.Ordinal)) >= 0)
        {
            if (MarkupName.At(_html, at + 2).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return After(">", at);
            }

            at += 2;
        }

        _endless[name] = contentStart;
        return contentStart;
    }

    private int After(string mark, int start)
    {
        int found = _html.IndexOf(mark, start, StringComparison.Ordinal);
        return found < 0 ? _html.Length : found + mark.Length;
    }
}
