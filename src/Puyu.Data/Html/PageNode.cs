using AngleSharp.Dom;

namespace Puyu.Data.Html;

/// <summary>A node of a page.</summary>
/// <param name="Node">As the parser made it.</param>
/// <param name="Name">Local name of an element; null for text.</param>
/// <param name="Parent">Index of the parent; −1 for the root.</param>
/// <param name="Role">What its tag, class or an ancestor's says it is.</param>
/// <param name="IsLink">Whether it is a link or inside one.</param>
internal readonly record struct PageNode(INode Node, string? Name, int Parent, PageRole Role, bool IsLink)
{
    /// <summary>Index behind its last descendant.</summary>
    public int End { get; init; }

    /// <summary>Characters of its subtree that are not white space.</summary>
    public int Chars { get; init; }

    /// <summary>Those of them inside links.</summary>
    public int LinkChars { get; init; }
}

/// <summary>What an element is for.</summary>
internal enum PageRole
{
    /// <summary>It does not say.</summary>
    None,

    /// <summary>Navigation, advertising, sharing and the like, by its class or identifier.</summary>
    Boilerplate,

    /// <summary>The same by its tag or role, which is more certain.</summary>
    Apparatus,

    /// <summary>Not shown.</summary>
    Hidden,

    /// <summary>What readers wrote.</summary>
    Comments,
}
