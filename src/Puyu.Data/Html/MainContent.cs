using System.Buffers;
using System.Runtime.InteropServices;
using AngleSharp.Dom;

namespace Puyu.Data.Html;

/// <summary>Finds which paragraphs of a page are its content.</summary>
/// <remarks>
/// Every paragraph is weighed by how much it looks like prose: its length, less what is linked. The content is looked
/// for from the root down, to the child that holds nearly all of the weight, or to the element that says it is the
/// article; of what lies there, apparatus, lists of links and stray lines are left out. Ideas: Kohlschütter et al.,
/// Boilerplate Detection using Shallow Text Features, 2010 (link and text density); Arc90, Readability, 2009 (weight
/// passed up the tree).
/// </remarks>
internal sealed class MainContent
{
    private const double NearlyAll = 0.8;
    private const int Long = 80; // characters without spaces from which a paragraph is prose even without punctuation

    private static readonly SearchValues<char> _ends = SearchValues.Create(".!?…:;。！？；：\"”’»)）");

    private readonly PageTree _tree;
    private readonly List<PageParagraph> _paragraphs;
    private readonly bool _trustsNames;
    private readonly double[] _weights;

    private MainContent(PageTree tree, List<PageParagraph> paragraphs, bool trustsNames)
    {
        _tree = tree;
        _paragraphs = paragraphs;
        _trustsNames = trustsNames;
        _weights = new double[tree.Nodes.Length];
    }

    /// <summary>The paragraphs of the content, in order.</summary>
    /// <param name="tree">The page.</param>
    /// <param name="paragraphs">Its paragraphs.</param>
    /// <param name="trustsNames">Whether classes and identifiers may say that something is boilerplate.</param>
    public static List<PageParagraph> Find(PageTree tree, List<PageParagraph> paragraphs, bool trustsNames)
    {
        var content = new MainContent(tree, paragraphs, trustsNames);
        content.Weigh();
        int root = content.Locate();
        return StrayLines.Remove(tree, content.Within(root));
    }

    /// <summary>Whether a paragraph looks like prose.</summary>
    public static bool IsProse(PageParagraph paragraph) =>
        paragraph.Kind == ParagraphKind.Code
        || (paragraph.LinkDensity < 0.4
            && (Size(paragraph) >= Long || (Size(paragraph) >= 25 && EndsSentence(paragraph.Text))));

    /// <summary>Whether a text ends as sentences do.</summary>
    public static bool EndsSentence(string text) => text.Length > 0 && _ends.Contains(text[^1]);

    /// <summary>Characters, where an ideograph counts for three: it says as much.</summary>
    public static int Size(PageParagraph paragraph)
    {
        int wide = 0;
        foreach (char c in paragraph.Text)
        {
            wide += c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7A3')
                ? 1 : 0;
        }

        return paragraph.Chars + (2 * wide);
    }

    private bool IsCandidate(PageParagraph paragraph) =>
        paragraph.Role == PageRole.None || (!_trustsNames && paragraph.Role == PageRole.Boilerplate);

    private void Weigh()
    {
        foreach (PageParagraph paragraph in CollectionsMarshal.AsSpan(_paragraphs))
        {
            if (IsCandidate(paragraph) && paragraph.Kind != ParagraphKind.Heading && IsProse(paragraph))
            {
                _weights[paragraph.Container] += Size(paragraph) * (1 - paragraph.LinkDensity);
            }
        }

        for (int i = _weights.Length - 1; i > 0; i--)
        {
            _weights[_tree.Nodes[i].Parent] += _weights[i];
        }
    }

    private int Locate()
    {
        int at = DeclaredContent() ?? 0;
        while (true)
        {
            int heaviest = HeaviestChild(at);
            if (heaviest < 0 || _weights[heaviest] < NearlyAll * _weights[at])
            {
                return at;
            }

            at = heaviest;
        }
    }

    /// <summary>The element that says it is the article, if it holds a good part of the page's prose.</summary>
    private int? DeclaredContent()
    {
        int? found = null;
        double best = 0.4 * _weights[0];
        ReadOnlySpan<PageNode> nodes = _tree.Nodes;
        for (int i = 1; i < nodes.Length; i++)
        {
            if (nodes[i].Node is IElement element && _weights[i] > best && Declares(element))
            {
                best = _weights[i];
                found = i;
            }
        }

        return found;
    }

    private static bool Declares(IElement element) =>
        element.LocalName == "article"
        || element.GetAttribute("itemprop") is "articleBody";

    private int HeaviestChild(int parent)
    {
        ReadOnlySpan<PageNode> nodes = _tree.Nodes;
        int heaviest = -1;
        for (int child = parent + 1; child < nodes[parent].End; child = nodes[child].End)
        {
            if (heaviest < 0 || _weights[child] > _weights[heaviest])
            {
                heaviest = child;
            }
        }

        return heaviest;
    }

    private List<PageParagraph> Within(int root)
    {
        int end = _tree.Nodes[root].End;
        return _paragraphs.FindAll(paragraph =>
            paragraph.Container >= root && paragraph.Container < end && IsCandidate(paragraph));
    }
}
