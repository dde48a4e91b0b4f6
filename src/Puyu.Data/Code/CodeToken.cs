namespace Puyu.Data.Code;

/// <summary>A word, string or mark of source code.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Start">Its first character; of a string, the first behind the quote.</param>
/// <param name="Length">Its characters; of a string, without quotes.</param>
internal readonly record struct CodeToken(CodeTokenKind Kind, int Start, int Length);

/// <summary>Kinds of tokens.</summary>
internal enum CodeTokenKind
{
    /// <summary>An identifier or keyword.</summary>
    Word,

    /// <summary>The content of a string or character literal.</summary>
    String,

    /// <summary>One character of punctuation.</summary>
    Mark,

    /// <summary>The end of a line that is not in a string or comment.</summary>
    NewLine,
}
