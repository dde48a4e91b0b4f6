using System.Collections.Immutable;
using System.Text;

namespace Puyu.Data;

/// <summary>A text of a corpus, with what is known of it.</summary>
/// <param name="Id">
/// As its source names it, else a hash of its text. Two documents may have the same; see
/// <see cref="DocumentSource.Key"/>.
/// </param>
/// <param name="Text">The text as the model reads it.</param>
public sealed record Document(string Id, string Text)
{
    /// <summary>Where it was read.</summary>
    public DocumentSource Source { get; init; } = DocumentSource.None;

    /// <summary>What its source says of it: url, title, date and so on, in ordinal order of the names.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = NoMetadata;

    /// <summary>What models say of it.</summary>
    public ImmutableArray<Score> Scores { get; init; } = [];

    /// <summary>Parts of the text that stand out, such as a replaced address.</summary>
    public ImmutableArray<TextSpan> Spans { get; init; } = [];

    /// <summary>No metadata.</summary>
    public static ImmutableSortedDictionary<string, string> NoMetadata { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Length of the text in UTF-8. Linear in the text.</summary>
    public int CountBytes() => Encoding.UTF8.GetByteCount(Text);
}
