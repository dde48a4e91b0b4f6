using Puyu.Abstractions;
using Puyu.Cli.Recipes;
using Puyu.Data;

namespace Puyu.Cli.Quickstart;

/// <summary>The corpus: what the data engine left, divided into training and held-out.</summary>
internal static class CorpusStage
{
    /// <summary>Divides and writes. Takes seconds, so it is done again when a run resumes.</summary>
    /// <param name="run">What the data engine left.</param>
    /// <param name="folder">Where everything is.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidDataException">There is nothing to train on, or nothing to evaluate on.</exception>
    public static Corpus Divide(
        DocumentRun run, QuickstartFolder folder, ulong seed, CancellationToken cancellation)
    {
        DivisionOptions options = new DivisionOptions { Seed = seed }.Validated();
        Corpus corpus = Corpus.Divide(run.Documents, options, cancellation);
        if (corpus.HeldOut.Count == 0)
        {
            throw new InvalidDataException(
                $"0 of {run.Documents.Count} documents are held out but at least one is needed; give more documents");
        }

        Directory.CreateDirectory(folder.Corpus);
        JsonLines.Write(Path.Combine(folder.Corpus, "training.jsonl"), corpus.Training);
        JsonLines.Write(Path.Combine(folder.Corpus, "held-out.jsonl"), corpus.HeldOut);
        JsonLines.Write(Path.Combine(folder.Corpus, "held-out-namespace.jsonl"), corpus.HeldOutNamespace);

        LineageInput[] inputs = [LineageInput.Of("data", folder.Ledger, folder.Corpus)];
        Lineage lineage = Lineage.Of(folder.Corpus, "corpus", inputs, TimeProvider.System) with
        {
            Recipe = RecipeFile.ToElement(options),
            Seed = seed,
            Facts = RecipeFile.ToElement(FactsOf(corpus)),
        };
        lineage.Write(folder.Corpus);
        return corpus;
    }

    /// <summary>How many documents are for what.</summary>
    public static DivisionFacts FactsOf(Corpus corpus) => new(
        corpus.Training.Count, corpus.HeldOut.Count, corpus.HeldOutNamespace.Count, corpus.SetAside);
}
