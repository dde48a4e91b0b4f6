namespace Puyu.Data.Pipeline;

/// <summary>What a recipe writes.</summary>
/// <param name="Format">Name of the format.</param>
/// <param name="Folder">Folder of the files, below the folder of the run.</param>
public sealed record RecipeOutput(string Format, string Folder)
{
    private const string DefaultFormat = "jsonl";
    private const string DefaultFolder = "out";

    /// <summary>Counted up when the format is written otherwise.</summary>
    internal int Version { get; private init; }

    /// <summary>Ending of the files.</summary>
    internal string Extension { get; private init; } = "";

    /// <summary>Begins a file.</summary>
    internal Func<Stream, IDocumentWriter> Open { get; private init; } = null!;

    internal static RecipeOutput Default(StageCatalog catalog) => Of(catalog, DefaultFormat, DefaultFolder, "output");

    internal static RecipeOutput Read(RecipeNode node, StageCatalog catalog)
    {
        Dictionary<string, RecipeNode> members = node.Members("format", "folder");
        string folder = members.TryGetValue("folder", out RecipeNode given) ? given.Text() : DefaultFolder;
        if (Path.IsPathRooted(folder) || folder.Split('/', '\\').Contains(".."))
        {
            throw new InvalidDataException($"{given.Path} is '{folder}' but must be a folder below that of the run");
        }

        string format = members.TryGetValue("format", out RecipeNode named) ? named.Text() : DefaultFormat;
        return Of(catalog, format, folder, node.Path);
    }

    private static RecipeOutput Of(StageCatalog catalog, string name, string folder, string path)
    {
        FormatFactory format = catalog.Format(name, path);
        return new RecipeOutput(name, folder)
        {
            Version = format.Version,
            Extension = format.Extension,
            Open = format.Writer
                ?? throw new InvalidDataException($"{path}.format is '{name}' but that can only be read"),
        };
    }
}
