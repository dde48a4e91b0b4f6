using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Data.Pipeline;

/// <summary>A pipeline as a JSON file describes it (docs/data-engine.md), with its stages made.</summary>
public sealed class Recipe
{
    private const ulong DefaultPartMegabytes = 64;
    private const ulong MaxPartMegabytes = 1 << 20;

    private static readonly JsonDocumentOptions _json = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private Recipe(string folder) => Folder = folder;

    /// <summary>Folder of the file; relative paths begin here.</summary>
    public string Folder { get; }

    /// <summary>Seed of whatever a stage draws.</summary>
    public ulong Seed { get; private init; }

    /// <summary>Stored bytes of a part, about.</summary>
    public long PartBytes { get; private init; }

    /// <summary>The recipe as canonical JSON.</summary>
    public string Text { get; private init; } = "";

    /// <summary>What is read.</summary>
    public required IReadOnlyList<RecipeSource> Sources { get; init; }

    /// <summary>What is done, in order.</summary>
    public required IReadOnlyList<RecipeStep> Steps { get; init; }

    /// <summary>What is written; at least one output.</summary>
    public required IReadOnlyList<RecipeOutput> Outputs { get; init; }

    /// <summary>Reads a recipe and makes its stages.</summary>
    /// <param name="path">The file.</param>
    /// <param name="catalog">The stages and formats that it may name.</param>
    /// <param name="warn">Takes what the user should know but what is no error.</param>
    /// <exception cref="InvalidDataException">
    /// Not JSON, an unknown or missing member, or a value of the wrong kind; the message says file and place.
    /// </exception>
    /// <exception cref="OptionsException">Options of a stage are out of range; the message says which.</exception>
    public static Recipe Load(string path, StageCatalog catalog, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(warn);
        string full = Path.GetFullPath(path);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(full), _json);
            return Read(new RecipeNode(document.RootElement, ""), catalog, Path.GetDirectoryName(full)!, warn);
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"recipe {path} is not JSON: {problem.Message}", problem);
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"recipe {path}: {problem.Message}", problem);
        }
        catch (OptionsException problem)
        {
            throw new OptionsException($"recipe {path}: {problem.Message}");
        }
    }

    private static Recipe Read(RecipeNode root, StageCatalog catalog, string folder, Action<string> warn)
    {
        Dictionary<string, RecipeNode> members =
            root.Members("$schema", "seed", "partMegabytes", "sources", "steps", "output");
        ulong seed = members.TryGetValue("seed", out RecipeNode given) ? given.Count() : 0;
        return new Recipe(folder)
        {
            Text = RecipeNode.Canonical(root.Value),
            Seed = seed,
            PartBytes = (long)PartMegabytes(members) << 20,
            Sources =
            [
                .. root.Required(members, "sources").Items()
                    .Select(source => RecipeSource.Read(source, catalog, folder, seed, warn)),
            ],
            Steps = Distinct(
            [
                .. root.Required(members, "steps").Items()
                    .Select(step => RecipeStep.Read(step, catalog, folder, seed, warn)),
            ]),
            Outputs = members.TryGetValue("output", out RecipeNode output)
                ? RecipeOutput.ReadAll(output, catalog, folder, seed, warn)
                : [RecipeOutput.Default(catalog)],
        };
    }

    private static ulong PartMegabytes(Dictionary<string, RecipeNode> members)
    {
        ulong megabytes =
            members.TryGetValue("partMegabytes", out RecipeNode part) ? part.Count() : DefaultPartMegabytes;
        return megabytes is > 0 and <= MaxPartMegabytes
            ? megabytes
            : throw new InvalidDataException($"partMegabytes is {megabytes} but must lie in [1, {MaxPartMegabytes}]");
    }

    private static List<RecipeStep> Distinct(List<RecipeStep> steps)
    {
        for (int i = 1; i < steps.Count; i++)
        {
            if (steps.FindIndex(step => step.Name == steps[i].Name) < i)
            {
                throw new InvalidDataException(
                    $"steps[{i}].name is '{steps[i].Name}' but an earlier step has that name");
            }
        }

        return steps;
    }
}
