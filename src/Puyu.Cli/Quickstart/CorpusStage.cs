using System.Text;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Cli.Recipes;
using Puyu.Data;

namespace Puyu.Cli.Quickstart;

/// <summary>Documents: extracted, cleaned, deduplicated, divided, and written as JSON Lines.</summary>
internal static class CorpusStage
{
    /// <summary>Builds the corpus and writes it. Takes seconds, so it is done again when a run resumes.</summary>
    public static Corpus Run(QuickstartFolder folder, QuickstartOptions options, CancellationToken cancellation)
    {
        CorpusOptions corpusOptions = new CorpusOptions { Folder = options.Corpus, Seed = options.Seed }.Validated();
        Corpus corpus = CorpusBuilder.Build(corpusOptions, cancellation);
        Directory.CreateDirectory(folder.Corpus);
        Write(Path.Combine(folder.Corpus, "training.jsonl"), corpus.Training);
        Write(Path.Combine(folder.Corpus, "held-out.jsonl"), corpus.HeldOut);
        Write(Path.Combine(folder.Corpus, "held-out-namespace.jsonl"), corpus.HeldOutNamespace);

        LineageInput[] inputs =
            [.. corpus.Sources.Select(source => LineageInput.Of("documents", source, folder.Corpus))];
        Lineage lineage = Lineage.Of(folder.Corpus, "corpus", inputs, TimeProvider.System) with
        {
            Recipe = RecipeFile.ToElement(corpusOptions),
            Seed = options.Seed,
            Facts = JsonSerializer.SerializeToElement(corpus.Funnel, RecipeFile.Json),
        };
        lineage.Write(folder.Corpus);
        return corpus;
    }

    private static void Write(string path, IReadOnlyList<Document> documents) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (Document document in documents)
        {
            writer.WriteLine(JsonSerializer.Serialize(new { id = document.Id, text = document.Text }));
        }
    });
}
