using System.Text.Json;
using Puyu.Data.Mixing;

namespace Puyu.Data.Pipeline;

/// <summary>What a recipe writes: documents, a file a part, or tokens, mixed and in files of a given size.</summary>
/// <param name="Format">Name of the format.</param>
/// <param name="Folder">Folder of the files, below the folder of the run.</param>
public sealed record RecipeOutput(string Format, string Folder)
{
    private const string DefaultFormat = "jsonl";
    private const string DefaultFolder = "out";

    /// <summary>Counted up when the format is written otherwise.</summary>
    internal int Version { get; private init; }

    /// <summary>Ending of files of documents.</summary>
    internal string Extension { get; private init; } = "";

    /// <summary>Begins a file of documents; null for an output of tokens.</summary>
    internal Func<Stream, IDocumentWriter>? Open { get; private init; }

    /// <summary>How documents become tokens; null for an output of documents.</summary>
    internal TokenOutput? Tokens { get; private init; }

    internal static RecipeOutput Default(StageCatalog catalog) =>
        Documents(catalog.Format(DefaultFormat, "output"), DefaultFolder, "output");

    /// <summary>Reads one output, or a list of them: at most one of documents, each with a folder of its own.</summary>
    internal static IReadOnlyList<RecipeOutput> ReadAll(
        RecipeNode node, StageCatalog catalog, string folder, ulong seed, Action<string> warn)
    {
        if (node.Value.ValueKind != JsonValueKind.Array)
        {
            return [Read(node, catalog, folder, seed, warn)];
        }

        var outputs = new List<RecipeOutput>();
        foreach (RecipeNode item in node.Items())
        {
            RecipeOutput output = Read(item, catalog, folder, seed, warn);
            if (outputs.Find(other => other.Folder == output.Folder) is not null)
            {
                throw new InvalidDataException(
                    $"{item.Path}.folder is '{output.Folder}' but an earlier output has it; name another");
            }

            if (output.Tokens is null && outputs.Exists(other => other.Tokens is null))
            {
                throw new InvalidDataException(
                    $"{item.Path}.format is '{output.Format}' but only one output may be of documents");
            }

            outputs.Add(output);
        }

        return outputs;
    }

    /// <summary>What the content of the files depends on besides the documents and the options.</summary>
    internal string Describe() => FormattableString.Invariant($"{Format}/{Version}");

    private static RecipeOutput Read(
        RecipeNode node, StageCatalog catalog, string folder, ulong seed, Action<string> warn)
    {
        Dictionary<string, RecipeNode> members = node.Members(null);
        string files = members.TryGetValue("folder", out RecipeNode given) ? given.Text() : DefaultFolder;
        if (Path.IsPathRooted(files) || files.Split('/', '\\').Contains(".."))
        {
            throw new InvalidDataException($"{given.Path} is '{files}' but must be a folder below that of the run");
        }

        files = files.TrimEnd('/'); // the report is beside the folder, named for it
        FormatFactory format = catalog.Format(
            members.TryGetValue("format", out RecipeNode named) ? named.Text() : DefaultFormat, node.Path);
        if (format.Tokens is not { } tokens)
        {
            node.Members("format", "folder");
            return Documents(format, files, node.Path);
        }

        var context = new RecipeContext(folder, node.Path, seed, warn);
        return new RecipeOutput(format.Name, files)
        {
            Version = format.Version,
            Tokens = RecipeErrors.At(
                node.Path, () => TokenOutput.Read(tokens, node.Without("format", "folder"), context)),
        };
    }

    private static RecipeOutput Documents(FormatFactory format, string folder, string path) =>
        new(format.Name, folder)
        {
            Version = format.Version,
            Extension = format.Extension,
            Open = format.Writer
                ?? throw new InvalidDataException($"{path}.format is '{format.Name}' but that can only be read"),
        };
}
