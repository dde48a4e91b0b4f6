using System.Runtime.InteropServices;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Puyu.Data.Html;

/// <summary>A parsed page as a table of its nodes in the order of the document: ancestors before descendants.</summary>
internal sealed class PageTree
{
    private readonly List<PageNode> _nodes = [];

    private PageTree(IDocument document)
    {
        Document = document;
    }

    /// <summary>The document.</summary>
    public IDocument Document { get; }

    /// <summary>The nodes; a node's subtree is the run from it to its <see cref="PageNode.End"/>.</summary>
    public ReadOnlySpan<PageNode> Nodes => CollectionsMarshal.AsSpan(_nodes);

    /// <summary>Parses a page.</summary>
    /// <param name="html">The page, trimmed.</param>
    /// <param name="maximumElements">Elements from which on it gives up.</param>
    /// <returns>Null if there are more elements.</returns>
    public static PageTree? Parse(string html, int maximumElements)
    {
        int elements = 0;
        var parser = new HtmlParser(new HtmlParserOptions
        {
            DisableElementPositionTracking = true,
            ShouldEmitAttribute = static (ref _, name) => PageHints.IsRead(name.Span),
            OnCreated = (_, _) =>
            {
                if (++elements > maximumElements)
                {
                    throw new TooManyElementsException();
                }
            },
        });
        try
        {
            var tree = new PageTree(parser.ParseDocument(html));
            tree.Flatten();
            tree.Inherit();
            return tree;
        }
        catch (TooManyElementsException)
        {
            return null; // the parser has no other way to stop
        }
    }

    private void Flatten()
    {
        INode root = (INode?)Document.Body ?? Document.DocumentElement;
        var open = new Stack<(INode Node, int Index, int Next)>();
        open.Push((root, Add(root, -1), 0));
        while (open.TryPop(out (INode Node, int Index, int Next) top))
        {
            if (top.Next >= top.Node.ChildNodes.Length)
            {
                Close(top.Index);
                continue;
            }

            INode child = top.Node.ChildNodes[top.Next];
            open.Push(top with { Next = top.Next + 1 });
            int index = Add(child, top.Index);
            if (child.HasChildNodes)
            {
                open.Push((child, index, 0));
            }
            else
            {
                Close(index);
            }
        }
    }

    private int Add(INode node, int parent)
    {
        PageRole role = node is IElement element && parent >= 0 ? PageHints.RoleOf(element) : PageRole.None;
        bool isText = node.NodeType == NodeType.Text;
        string? name = isText ? null : (node as IElement)?.LocalName ?? "";
        bool isLink = name == "a" || (parent >= 0 && _nodes[parent].IsLink);
        int chars = isText ? CountChars(node.TextContent) : 0;
        _nodes.Add(new PageNode(node, name, parent, role, isLink)
        {
            Chars = chars,
            LinkChars = isLink ? chars : 0,
        });
        return _nodes.Count - 1;
    }

    private void Close(int index)
    {
        PageNode node = _nodes[index] with { End = _nodes.Count };
        _nodes[index] = node;
        if (node.Parent >= 0)
        {
            PageNode parent = _nodes[node.Parent];
            _nodes[node.Parent] = parent with
            {
                Chars = parent.Chars + node.Chars,
                LinkChars = parent.LinkChars + node.LinkChars,
            };
        }
    }

    /// <summary>
    /// Gives each node the role of its ancestors, except that what holds half of the page's prose is not believed to be
    /// boilerplate, whatever its name.
    /// </summary>
    private void Inherit()
    {
        int half = (_nodes[0].Chars - _nodes[0].LinkChars) / 2;
        for (int i = 1; i < _nodes.Count; i++)
        {
            PageNode node = _nodes[i];
            PageRole above = _nodes[node.Parent].Role;
            PageRole own = node.Role == PageRole.Hidden || node.Chars - node.LinkChars < half
                ? node.Role : PageRole.None;
            PageRole role = above is PageRole.None || own is PageRole.Hidden ? own
                : above is PageRole.Comments && own is PageRole.Apparatus ? own : above;
            _nodes[i] = node with { Role = role };
        }
    }

    private static int CountChars(string text)
    {
        int count = 0;
        foreach (char c in text)
        {
            count += char.IsWhiteSpace(c) ? 0 : 1;
        }

        return count;
    }

    private sealed class TooManyElementsException : Exception;
}
