using System.Text.Json;
using Puyu.Data.Mixing;

namespace Puyu.Data.Pipeline;

/// <summary>A file format that recipes may name.</summary>
/// <param name="Name">As recipes call it, such as <c>warc</c>.</param>
public sealed record FormatFactory(string Name)
{
    /// <summary>Counted up when the same file is read as other documents, so that nothing old is reused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>
    /// Makes a reader from its options: the source of the recipe without <c>path</c> and <c>format</c>; null for a
    /// format that is only written.
    /// </summary>
    public Func<JsonElement, RecipeContext, IDocumentReader>? Reader { get; init; }

    /// <summary>Begins a file; null for a format that is only read. Disposing leaves the stream open.</summary>
    public Func<Stream, IDocumentWriter>? Writer { get; init; }

    /// <summary>Of a format of tokens: how its files are written.</summary>
    internal TokenFileFormat? Tokens { get; init; }

    /// <summary>Ending of files that <see cref="Writer"/> writes, such as <c>.jsonl.gz</c>.</summary>
    public string Extension { get; init; } = "";
}
