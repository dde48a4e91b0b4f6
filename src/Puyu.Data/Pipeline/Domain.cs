namespace Puyu.Data.Pipeline;

/// <summary>Where a document comes from, for bounds that differ from domain to domain.</summary>
internal static class Domain
{
    /// <summary>The key that stands for the folder of the document's file, as the recipe names it.</summary>
    public const string Source = "source";

    /// <summary>Of a document: the value of a metadata key, or of <see cref="Source"/>; empty for none.</summary>
    public static string Of(Document document, string key) =>
        key == Source ? OfFile(document.Source.File) : document.Metadata.GetValueOrDefault(key, "");

    /// <summary>The folder of a file, with slashes; empty for none.</summary>
    public static string OfFile(string file)
    {
        int end = file.AsSpan().LastIndexOfAny('/', '\\');
        return end < 0 ? "" : file[..end].Replace('\\', '/');
    }
}
