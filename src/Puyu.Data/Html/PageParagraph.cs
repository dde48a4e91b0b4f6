namespace Puyu.Data.Html;

/// <summary>A run of text between two borders of blocks.</summary>
/// <param name="Text">Its text; white space is one space, a forced break one newline. Code is as it was.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Container">Index of the innermost block that it is in.</param>
internal sealed record PageParagraph(string Text, ParagraphKind Kind, int Container)
{
    /// <summary>Characters that are not white space.</summary>
    public required int Chars { get; init; }

    /// <summary>Those of them inside links.</summary>
    public required int LinkChars { get; init; }

    /// <summary>What an ancestor says it is.</summary>
    public PageRole Role { get; init; }

    /// <summary>Level of a heading, from 1.</summary>
    public int Level { get; init; }

    /// <summary>Index of the item of a list that it is in; −1 if in none.</summary>
    public int Item { get; init; } = -1;

    /// <summary>Lists that it is in.</summary>
    public int ListDepth { get; init; }

    /// <summary>Index of the list that it is in, if its items are numbered; else −1.</summary>
    public int NumberedList { get; init; } = -1;

    /// <summary>Index of the row of a table of data that it is in; −1 if in none.</summary>
    public int Row { get; init; } = -1;

    /// <summary>Index of its cell there.</summary>
    public int Cell { get; init; } = -1;

    /// <summary>Whether it is quoted as a block.</summary>
    public bool IsQuoted { get; init; }

    /// <summary>Share of its characters that are links.</summary>
    public float LinkDensity => Chars == 0 ? 0 : (float)LinkChars / Chars;
}

/// <summary>What a paragraph is.</summary>
internal enum ParagraphKind
{
    /// <summary>Running text.</summary>
    Text,

    /// <summary>A heading.</summary>
    Heading,

    /// <summary>Preformatted text.</summary>
    Code,
}
