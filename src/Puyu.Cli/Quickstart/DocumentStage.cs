using System.Text.Json;
using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Cli.Recipes;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;

namespace Puyu.Cli.Quickstart;

/// <summary>Documents: a run of the data engine, by a ready recipe or one of the user.</summary>
/// <param name="folder">Where everything is.</param>
/// <param name="options">Of the quickstart.</param>
/// <param name="cancellation">Stops the work; what was done stays.</param>
internal sealed class DocumentStage(
    QuickstartFolder folder, QuickstartOptions options, CancellationToken cancellation)
{
    private static readonly JsonDocumentOptions _json = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Name of the ready recipe.</summary>
    public const string ReadyRecipe = "quickstart-docs";

    /// <summary>Runs the recipe, as puyu data run does, and describes what it was made of.</summary>
    /// <exception cref="InvalidDataException">Nothing is left.</exception>
    public DocumentRun Run()
    {
        string path = RecipePath();
        Recipe recipe = Recipe.Load(
            path, StageCatalog.BuiltIn, warning => Console.Error.WriteLine($"puyu: note: {warning}"));
        var run = PipelineRun.Create(recipe, folder.Data, cancellation);
        Terminal.Progress("reading and cleaning", run.Phases.Count, show => run.Run(
            options.Threads,
            new Terminal.Relay<PipelineProgress>(
                done => show(done.PhaseIndex + (done.DoneBytes / Math.Max(1.0, done.TotalBytes)))),
            cancellation));

        using LedgerDatabase ledger = LedgerDatabase.Open(folder.Data);
        var facts = new DocumentFacts(run.SourceFiles.Count, ledger.Funnel());
        Describe(run.SourceFiles, recipe, facts);
        return facts.Funnel.Kept > 0
            ? new DocumentRun([.. run.Documents], path, facts)
            : throw new InvalidDataException(
                $"none of {facts.Funnel.Documents} documents is left: change the recipe, {path}, or give others");
    }

    /// <summary>
    /// The recipe of a run: the one that was given, or the one beside the run. That is written at the start and then
    /// left alone, so that a user may change it and resume.
    /// </summary>
    private string RecipePath()
    {
        if (File.Exists(options.Corpus))
        {
            return options.Corpus;
        }

        string path = folder.Recipe(QuickstartRecipes.DocumentsName);
        if (!options.Resumes || !File.Exists(path))
        {
            JsonNode recipe = JsonNode.Parse(ReadyRecipes.Read(ReadyRecipe), documentOptions: _json)!;
            recipe["seed"] = options.Seed;
            recipe["sources"] = DocumentSources.Of(options.Corpus);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.WriteText(path, recipe.ToJsonString(RecipeFile.Json) + "\n");
        }

        return path;
    }

    private void Describe(IEnumerable<string> files, Recipe recipe, DocumentFacts facts)
    {
        LineageInput[] inputs =
            [.. FoldersOf(files).Select(source => LineageInput.Of("documents", source, folder.Ledger))];
        Lineage lineage = Lineage.Of(folder.Ledger, "data", inputs, TimeProvider.System) with
        {
            Recipe = JsonElement.Parse(recipe.Text),
            Seed = recipe.Seed,
            Facts = RecipeFile.ToElement(facts),
        };
        lineage.Write(folder.Ledger);
    }

    /// <summary>The folders of files, without those inside another one.</summary>
    private static List<string> FoldersOf(IEnumerable<string> files)
    {
        var folders = new List<string>();
        foreach (string folder in files.Select(FolderOf).Distinct().Order(StringComparer.Ordinal))
        {
            if (!folders.Any(other => folder.StartsWith(other + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            {
                folders.Add(folder);
            }
        }

        return folders;

        static string FolderOf(string path) => Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
    }
}
