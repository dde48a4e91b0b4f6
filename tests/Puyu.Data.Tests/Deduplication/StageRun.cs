using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Deduplication;

/// <summary>Runs a corpus stage on documents that are divided into parts at random.</summary>
internal static class StageRun
{
    /// <summary>The decisions of a run.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="documents">The corpus.</param>
    /// <param name="parts">Number of parts.</param>
    /// <param name="seed">Decides which document is in which part, and the order there.</param>
    /// <param name="threads">How many parts are summarized at a time.</param>
    public static Decision[] Decide(
        ICorpusStage stage, IEnumerable<Document> documents, int parts = 3, ulong seed = 0, int threads = 2)
    {
        using var folder = new TemporaryFolder();
        Document[] shuffled = [.. documents];
        new CounterRandom(seed).Shuffle(shuffled.AsSpan());
        string[] summaries = [.. Enumerable.Range(0, parts).Select(part => folder.File($"{part}.summary"))];
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            using FileStream summary = File.Create(summaries[part]);
            stage.Summarize(shuffled.Where((_, i) => i % parts == part), summary);
        });

        string scratch = folder.File("scratch");
        Directory.CreateDirectory(scratch);
        Decision[] decisions = [.. stage.Decide(summaries, scratch)];
        Assert.Equal(decisions.Select(decision => decision.Key).Order().Distinct(), decisions.Select(d => d.Key));
        return decisions;
    }

    /// <summary>What is left of the documents, in their order.</summary>
    public static Document[] Apply(ICorpusStage stage, IEnumerable<Document> documents, IEnumerable<Decision> decisions)
    {
        var byKey = decisions.ToDictionary(decision => decision.Key);
        return
        [
            .. documents.Select(document => byKey.TryGetValue(document.Source.Key, out Decision? decision)
                ? stage.Apply(document, decision)
                : document).OfType<Document>(),
        ];
    }

    /// <summary>Decisions as text, to compare runs.</summary>
    public static string[] Describe(IEnumerable<Decision> decisions) =>
    [
        .. decisions.Select(decision => $"{decision.Key:x} {decision.Rule} {decision.Value} {decision.MatchedId} "
            + $"{decision.MatchedSource} {Convert.ToHexString(decision.Payload.Span)}"),
    ];

    /// <summary>A document whose ID is that of its source.</summary>
    public static Document Document(string file, int index, string text, string? dump = null)
    {
        var source = new DocumentSource(file, index * 100L, 0);
        return new Document(source.ToString(), text)
        {
            Source = source,
            Metadata = dump is null
                ? Data.Document.NoMetadata
                : Data.Document.NoMetadata.Add("dump", dump),
        };
    }
}
