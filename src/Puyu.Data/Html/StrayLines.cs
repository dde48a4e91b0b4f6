using System.Runtime.InteropServices;

namespace Puyu.Data.Html;

/// <summary>Leaves out of content what is no part of the text: lists of links, labels, calls to follow.</summary>
internal static class StrayLines
{
    private static readonly string[] _calls =
    [
        "advertisement", "related:", "related articles", "related stories", "read more", "read also", "also read",
        "see also:", "more:", "share this", "follow us", "subscribe", "sign up", "click here", "copyright", "©",
        "all rights reserved", "photo:", "image:", "source:", "loading", "posted in", "filed under", "tags:",
        "leia mais", "leia também", "lesen sie auch", "leggi anche", "baca juga", "lire aussi", "lea también",
        "читайте также", "相关阅读", "相关新闻", "责任编辑", "关注", "延伸阅读", "推荐阅读",
    ];

    /// <summary>The paragraphs that are part of the text, in order.</summary>
    public static List<PageParagraph> Remove(PageTree tree, List<PageParagraph> paragraphs)
    {
        List<PageParagraph> kept = WithoutLinkLists(tree, paragraphs);
        _ = kept.RemoveAll(paragraph => IsCall(paragraph)
            || (paragraph.LinkDensity > 0.6f && paragraph.Kind == ParagraphKind.Text && paragraph.Row < 0));
        TrimEnds(kept);
        return WithoutEmptySections(kept);
    }

    private static bool IsCall(PageParagraph paragraph)
    {
        if (paragraph.Chars > 80)
        {
            return false;
        }

        foreach (string call in _calls)
        {
            if (paragraph.Text.StartsWith(call, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lists, and sections of short lines, in which most is linked.</summary>
    private static List<PageParagraph> WithoutLinkLists(PageTree tree, List<PageParagraph> paragraphs)
    {
        var chars = new int[tree.Nodes.Length];
        var links = new int[tree.Nodes.Length];
        foreach (PageParagraph paragraph in CollectionsMarshal.AsSpan(paragraphs))
        {
            chars[paragraph.Container] += paragraph.Chars;
            links[paragraph.Container] += paragraph.LinkChars;
        }

        for (int i = chars.Length - 1; i > 0; i--)
        {
            chars[tree.Nodes[i].Parent] += chars[i];
            links[tree.Nodes[i].Parent] += links[i];
        }

        return paragraphs.FindAll(paragraph => !IsInLinkList(tree, paragraph, chars, links));
    }

    private static bool IsInLinkList(PageTree tree, PageParagraph paragraph, int[] chars, int[] links)
    {
        for (int i = paragraph.Container; i > 0; i = tree.Nodes[i].Parent)
        {
            bool isSection = tree.Nodes[i].Name is "ul" or "ol" or "div" or "section" or "table" or "dl";
            if (isSection && links[i] > 0.5 * chars[i] && paragraph.Row < 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Labels before the first and after the last line of prose.</summary>
    private static void TrimEnds(List<PageParagraph> paragraphs)
    {
        int first = paragraphs.FindIndex(MainContent.IsProse);
        int last = paragraphs.FindLastIndex(MainContent.IsProse);
        if (first < 0)
        {
            return;
        }

        for (int i = paragraphs.Count - 1; i >= 0; i--)
        {
            PageParagraph paragraph = paragraphs[i];
            bool isLabel = paragraph.Item < 0 && paragraph.Row < 0
                && (paragraph.Kind == ParagraphKind.Text || i > last);
            if ((i < first || i > last) && isLabel && !MainContent.IsProse(paragraph))
            {
                paragraphs.RemoveAt(i);
            }
        }
    }

    /// <summary>Headings with nothing below them before the next one that is not deeper.</summary>
    private static List<PageParagraph> WithoutEmptySections(List<PageParagraph> paragraphs)
    {
        var kept = new List<PageParagraph>(paragraphs.Count);
        int follows = 7; // level of the heading that follows directly; 0 for a text, 7 for the end
        for (int i = paragraphs.Count - 1; i >= 0; i--)
        {
            PageParagraph paragraph = paragraphs[i];
            bool isHeading = paragraph.Kind == ParagraphKind.Heading;
            bool isEmpty = isHeading && (follows == 7 || (follows > 0 && follows <= paragraph.Level));
            if (!isEmpty)
            {
                kept.Add(paragraph);
                follows = isHeading ? paragraph.Level : 0;
            }
        }

        kept.Reverse();
        return kept;
    }
}
