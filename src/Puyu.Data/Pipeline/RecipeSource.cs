using System.Text.Json;
using Puyu.Data.Formats;

namespace Puyu.Data.Pipeline;

/// <summary>Files of one format that a recipe reads.</summary>
public sealed class RecipeSource
{
    private readonly string _folder;
    private readonly int _version;
    private readonly string _options;
    private readonly RecipeContext _context;

    private RecipeSource(
        string pattern, FormatFactory format, IDocumentReader reader, string options, RecipeContext context)
    {
        Pattern = pattern;
        Format = format.Name;
        Reader = reader;
        _version = format.Version;
        _options = options;
        _context = context;
        _folder = context.Folder;
    }

    /// <summary>
    /// Path of a file or folder, relative to the recipe's folder or absolute. <c>*</c> stands for any characters of a
    /// name, <c>?</c> for one, <c>**</c> as a whole name for any folders.
    /// </summary>
    public string Pattern { get; }

    /// <summary>Name of the format.</summary>
    public string Format { get; }

    internal IDocumentReader Reader { get; }

    internal static RecipeSource Read(
        RecipeNode node, StageCatalog catalog, string folder, ulong seed, Action<string> warn)
    {
        Dictionary<string, RecipeNode> members = node.Members(null);
        string pattern = node.Required(members, "path").Text();
        string name = members.TryGetValue("format", out RecipeNode named)
            ? named.Text()
            : DocumentFormats.OfPath(pattern) ?? throw new InvalidDataException(
                $"{node.Path}.path is '{pattern}', whose ending says no format: add \"format\"");
        FormatFactory format = catalog.Format(name, node.Path);
        if (format.Reader is null)
        {
            throw new InvalidDataException($"{node.Path}.format is '{format.Name}' but that can only be written");
        }

        var context = new RecipeContext(folder, node.Path, seed, warn);
        JsonElement options = node.Without("path", "format");
        IDocumentReader reader = RecipeErrors.At(node.Path, () => format.Reader(options, context));
        return new RecipeSource(pattern, format, reader, RecipeNode.Canonical(options), context);
    }

    /// <summary>The files, in ordinal order of their names.</summary>
    /// <returns>For each, where it is and how documents name it: the pattern with its wildcards filled in.</returns>
    /// <exception cref="FileNotFoundException">Nothing fits the pattern.</exception>
    internal IReadOnlyList<(string Path, string Name)> Files()
    {
        IReadOnlyList<(string Path, string Name)> files = FilePattern.Match(_folder, Pattern);
        return files.Count > 0
            ? files
            : throw new FileNotFoundException($"{_context.Path}.path is {Pattern} but no file in {_folder} fits it");
    }

    /// <summary>Everything that the documents depend on besides the files.</summary>
    internal string Describe(Func<string, string> digestOf) => FormattableString.Invariant(
        $"{Format}/{_version} {_options} {string.Join(',', _context.Inputs.Select(digestOf))}");
}
