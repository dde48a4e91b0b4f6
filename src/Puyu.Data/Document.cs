using System.Text;
using Puyu.Data.Documentation;

namespace Puyu.Data;

/// <summary>A text of a corpus.</summary>
/// <param name="Id">Unique in the corpus: a documentation ID, or a file and line.</param>
/// <param name="Text">The text as the model reads it.</param>
public sealed record Document(string Id, string Text)
{
    /// <summary>The documented member this text describes; null for a plain text.</summary>
    public DocumentedMember? Member { get; init; }

    /// <summary>Length of the text in UTF-8. Linear in the text.</summary>
    public int CountBytes() => Encoding.UTF8.GetByteCount(Text);
}
