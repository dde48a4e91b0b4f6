using System.Collections.Frozen;
using System.Text;

namespace Puyu.Data.Html;

/// <summary>Divides a page into paragraphs, in the order of the document.</summary>
internal sealed class PageBlocks
{
    private static readonly FrozenSet<string> _blocks = new[]
    {
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl",
        "dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
        "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
        "td", "tfoot", "th", "thead", "tr", "ul", "caption", "button", "label", "listing", "amp-body",
    }.ToFrozenSet();

    private readonly PageTree _tree;
    private readonly bool _marksCode;
    private readonly List<PageParagraph> _paragraphs = [];
    private readonly Stack<int> _open = new();
    private readonly StringBuilder _text = new();
    private readonly Dictionary<int, bool> _dataTables = [];
    private int _chars;
    private int _linkChars;
    private int _codeDepth;
    private bool _isPreformatted;

    private PageBlocks(PageTree tree, bool marksCode)
    {
        _tree = tree;
        _marksCode = marksCode;
    }

    /// <summary>The paragraphs of a page that are shown.</summary>
    /// <param name="tree">The page.</param>
    /// <param name="marksCode">Whether code within a line is set in backquotes.</param>
    public static List<PageParagraph> Of(PageTree tree, bool marksCode)
    {
        var blocks = new PageBlocks(tree, marksCode);
        blocks.Walk();
        return blocks._paragraphs;
    }

    private void Walk()
    {
        ReadOnlySpan<PageNode> nodes = _tree.Nodes;
        for (int i = 0; i < nodes.Length; i++)
        {
            while (_open.Count > 0 && nodes[_open.Peek()].End <= i)
            {
                Close(_open.Pop());
            }

            PageNode node = nodes[i];
            if (node.Role == PageRole.Hidden)
            {
                i = node.End - 1;
            }
            else if (node.Name is null)
            {
                Append(node);
            }
            else
            {
                Open(i, node.Name);
            }
        }

        while (_open.Count > 0)
        {
            Close(_open.Pop());
        }
    }

    private void Open(int index, string name)
    {
        if (name == "br")
        {
            Break();
            return;
        }

        if (_blocks.Contains(name) || RoleChanges(index))
        {
            Flush();
        }

        _open.Push(index);
        _isPreformatted |= name is "pre" or "listing";
        if (_marksCode && name is "code" or "kbd" or "samp" && !_isPreformatted && _codeDepth++ == 0)
        {
            Space();
            _text.Append('`');
        }
    }

    private void Close(int index)
    {
        string name = _tree.Nodes[index].Name!;
        if (_marksCode && name is "code" or "kbd" or "samp" && !_isPreformatted && --_codeDepth == 0)
        {
            TrimEnd();
            _text.Append("` ");
        }

        if (_blocks.Contains(name) || RoleChanges(index))
        {
            _open.Push(index);
            Flush();
            _open.Pop();
            _isPreformatted &= name is not ("pre" or "listing");
        }
    }

    private bool RoleChanges(int index) =>
        index > 0 && _tree.Nodes[index].Role != _tree.Nodes[_tree.Nodes[index].Parent].Role;

    private void Append(PageNode node)
    {
        string text = node.Node.TextContent;
        _chars += node.Chars;
        _linkChars += node.LinkChars;
        if (_isPreformatted)
        {
            _text.Append(text);
            return;
        }

        foreach (char c in text)
        {
            if (c is '\u200B' or '\uFEFF' or '\u00AD')
            {
                continue; // invisible
            }

            if (char.IsWhiteSpace(c))
            {
                Space();
            }
            else
            {
                _text.Append(c);
            }
        }
    }

    private void Space()
    {
        if (_text.Length > 0 && _text[^1] is not (' ' or '\n'))
        {
            _text.Append(' ');
        }
    }

    /// <summary>A forced break; two in a row end the paragraph.</summary>
    private void Break()
    {
        if (_isPreformatted)
        {
            _text.Append('\n');
            return;
        }

        TrimEnd();
        if (_text.Length > 0 && _text[^1] == '\n')
        {
            Flush();
        }
        else if (_text.Length > 0)
        {
            _text.Append('\n');
        }
    }

    private void TrimEnd()
    {
        while (_text.Length > 0 && _text[^1] == ' ')
        {
            _text.Length--;
        }
    }

    private void Flush()
    {
        if (_chars > 0)
        {
            string text = _isPreformatted ? _text.ToString().Trim('\r', '\n').TrimEnd() : _text.ToString().Trim();
            if (text.Length > 0)
            {
                _paragraphs.Add(Describe(text));
            }
        }

        _text.Clear();
        _chars = 0;
        _linkChars = 0;
    }

    private PageParagraph Describe(string text)
    {
        ReadOnlySpan<PageNode> nodes = _tree.Nodes;
        int container = _open.Count > 0 ? _open.Peek() : 0;
        var paragraph = new PageParagraph(text, _isPreformatted ? ParagraphKind.Code : ParagraphKind.Text, container)
        {
            Chars = _chars,
            LinkChars = _linkChars,
            Role = nodes[container].Role,
        };
        for (int i = container; i >= 0; i = nodes[i].Parent)
        {
            paragraph = InTable(InText(paragraph, i, nodes[i].Name!), i, nodes[i].Name!);
        }

        return paragraph.Row >= 0 ? paragraph : paragraph with { Cell = -1 };
    }

    /// <summary>What an ancestor says of a paragraph; the inner ones have been asked before.</summary>
    private static PageParagraph InText(PageParagraph paragraph, int index, string name)
    {
        switch (name)
        {
            case ['h', >= '1' and <= '6']:
                return paragraph with { Kind = ParagraphKind.Heading, Level = name[1] - '0' };
            case "li" when paragraph.Item < 0:
                return paragraph with { Item = index };
            case "ol" when paragraph.ListDepth == 0:
                return paragraph with { ListDepth = 1, NumberedList = index };
            case "ul" or "ol":
                return paragraph with { ListDepth = paragraph.ListDepth + 1 };
            case "blockquote":
                return paragraph with { IsQuoted = true };
            default:
                return paragraph;
        }
    }

    private PageParagraph InTable(PageParagraph paragraph, int index, string name)
    {
        switch (name)
        {
            case "td" or "th" when paragraph.Cell < 0:
                return paragraph with { Cell = index };
            case "tr" when paragraph is { Cell: >= 0, Row: < 0 } && IsOfData(TableOf(index)):
                return paragraph with { Row = index };
            default:
                return paragraph;
        }
    }

    private int TableOf(int index)
    {
        ReadOnlySpan<PageNode> nodes = _tree.Nodes;
        while (index > 0 && nodes[index].Name != "table")
        {
            index = nodes[index].Parent;
        }

        return index;
    }

    /// <summary>Whether a table holds data, not the layout of the page: no tables inside, no long cells.</summary>
    private bool IsOfData(int table)
    {
        if (_dataTables.TryGetValue(table, out bool isOfData))
        {
            return isOfData;
        }

        ReadOnlySpan<PageNode> nodes = _tree.Nodes;
        int rows = 0;
        int cells = 0;
        bool isPlain = true;
        for (int i = table + 1; i < nodes[table].End && isPlain; i++)
        {
            string? name = nodes[i].Name;
            rows += name == "tr" ? 1 : 0;
            bool isCell = name is "td" or "th";
            cells += isCell ? 1 : 0;
            isPlain = name is not ("table" or "h1" or "h2" or "article") && !(isCell && nodes[i].Chars > 500);
        }

        return _dataTables[table] = isPlain && rows > 1 && cells > rows;
    }
}
