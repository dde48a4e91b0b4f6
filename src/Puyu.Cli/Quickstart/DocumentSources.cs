using System.Text.Json.Nodes;
using Puyu.Data.Documentation;

namespace Puyu.Cli.Quickstart;

/// <summary>What a quickstart reads, as sources of a recipe of the data engine.</summary>
internal static class DocumentSources
{
    private static readonly string[] _endings = [".xml", ".txt", ".md", ".jsonl"];

    /// <summary>The sources of a folder of documents, or of the SDK's documentation if there is none.</summary>
    /// <exception cref="DirectoryNotFoundException">
    /// The folder does not exist, or no reference packs are installed and no folder was given.
    /// </exception>
    /// <exception cref="InvalidDataException">The folder has nothing that can be read.</exception>
    public static JsonArray Of(string? folder) => new(
        [.. (folder is null ? OfPacks() : OfFolder(folder)).Select(path => new JsonObject { ["path"] = path })]);

    private static IEnumerable<string> OfPacks()
    {
        IReadOnlyList<string> packs = ReferencePacks.Find();
        return packs.Count > 0
            ? packs.Select(pack => Path.Combine(pack, "*.xml").Replace('\\', '/'))
            : throw new DirectoryNotFoundException(
                "no .NET reference packs (packs/*/*/ref/net10.0/*.xml below the dotnet root) were found: install the "
                + ".NET SDK, set DOTNET_ROOT to its folder, or give a folder of .xml, .txt, .md or .jsonl documents");
    }

    private static string[] OfFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder} must be a folder of documents but does not exist");
        }

        string full = Path.GetFullPath(folder).Replace('\\', '/');
        string[] found =
        [
            .. _endings.Where(ending =>
                Directory.EnumerateFiles(folder, "*" + ending, SearchOption.AllDirectories).Any()),
        ];
        return found.Length > 0
            ? [.. found.Select(ending => $"{full}/**/*{ending}")]
            : throw new InvalidDataException(
                $"{full} has no .xml, .txt, .md or .jsonl file but a corpus needs at least one");
    }
}
