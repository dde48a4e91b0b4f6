using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Audit;

/// <summary>
/// Counts the nine figures over the documents of a result: from the ledger if the recipe measured them, else from the
/// finished files.
/// </summary>
internal static class ProfileReader
{
    private const string StageName = "statistics";
    private const int FilesAtOnce = 16;
    private const string QuarterOfBytes = "Token length is a quarter of the bytes in UTF-8: no tokenizer was named.";

    /// <summary>The figures, and the width of their bins before any doubling.</summary>
    private static readonly (string Name, double Width)[] _figures =
    [
        ("content-length", 10), ("line-number", 1), ("token-length", 5), ("non-alpha-fraction", 0.01),
        ("unique-word-fraction", 0.01), ("mean-word-length", 0.1), ("sentence-number", 1),
        ("stop-word-fraction", 0.01), ("symbol-to-word-ratio", 0.001),
    ];

    /// <summary>Counts them.</summary>
    public static TextProfile Read(
        LedgerDatabase ledger, string folder, string recipe, LedgerFunnel funnel, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(recipe);
        if (funnel.Stages.LastOrDefault(stage => stage.Stage == StageName) is { } stage)
        {
            return FromLedger(ledger, json.RootElement, stage, funnel, cancellationToken);
        }

        if (Reader(json.RootElement, out string formats) is not { } reader)
        {
            return new TextProfile(
                $"The figures were not measured: the recipe has no stage {StageName}, and {formats} is not read back.",
                "", []);
        }

        return new TextProfile(
            "Measured on the finished documents, which were read for it.", QuarterOfBytes,
            FromFiles(ledger, folder, reader, funnel, cancellationToken));
    }

    private static TextProfile FromLedger(
        LedgerDatabase ledger, JsonElement recipe, FunnelStage stage, LedgerFunnel funnel,
        CancellationToken cancellationToken)
    {
        List<(string Name, int Position, long Pass)> measures = ledger.Query("""
            SELECT m.name, m.position, s.pass FROM measures m JOIN stages s ON s.id = m.stage
            WHERE s.step = $a AND s.stage = $b AND s.id = (
                SELECT MAX(id) FROM stages t WHERE t.step = $a AND t.stage = $b)
            """, row => (row.GetString(0), row.GetInt32(1), row.GetInt64(2)),
            ("$a", stage.Step), ("$b", stage.Stage));
        int[] positions = [.. _figures.Select(figure => measures.Find(row => row.Name == figure.Name).Position)];
        HistogramCounter[] counters = Counters();
        foreach (byte[] blob in ledger.Stream("""
            SELECT v."values" FROM outputs o JOIN measurements v ON v.document = o.document AND v.pass = $a
            """, row => (byte[])row.GetValue(0), ("$a", measures[0].Pass)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(blob);
            for (int i = 0; i < counters.Length; i++)
            {
                counters[i].Add(values[positions[i]]);
            }
        }

        long changed = funnel.Stages.SkipWhile(other => other != stage).Skip(1).Sum(later => later.Changed);
        string origin = $"From the ledger, as {stage.Step}/{stage.Stage} measured them"
            + (changed == 0 ? "." : FormattableString.Invariant(
                $"; stages behind it changed a text {changed:N0} times, which is not in these figures."));
        string? tokenizer = recipe.GetProperty("steps").EnumerateArray()
            .Where(step => step.GetProperty("name").GetString() == stage.Step)
            .SelectMany(step => step.GetProperty("stages").EnumerateArray())
            .Last(candidate => candidate.GetProperty("stage").GetString() == StageName)
            .TryGetProperty("tokenizer", out JsonElement path) ? path.GetString() : null;
        string tokens = tokenizer is null ? QuarterOfBytes : $"Token length is in tokens of {tokenizer}.";
        return new TextProfile(origin, tokens, Results(counters));
    }

    private static IReadOnlyList<ProfileHistogram> FromFiles(
        LedgerDatabase ledger, string folder, IDocumentReader reader, LedgerFunnel funnel,
        CancellationToken cancellationToken)
    {
        List<string> files = ledger.Query(
            "SELECT path FROM outputFiles WHERE id IN (SELECT file FROM outputs) ORDER BY id",
            row => row.GetString(0));
        HistogramCounter[] counters = Counters();
        long documents = 0;

        // Added in the order of the files, so that the sums are the same with any number of threads.
        foreach ((HistogramCounter[] ofFile, long count) in files.Chunk(FilesAtOnce).SelectMany(some =>
            OfFiles(folder, some, reader, cancellationToken)))
        {
            documents += count;
            for (int i = 0; i < counters.Length; i++)
            {
                counters[i].Add(ofFile[i]);
            }
        }

        return documents == funnel.Kept
            ? Results(counters)
            : throw new InvalidDataException(FormattableString.Invariant(
                $"the finished files in {folder} have {documents} documents but the ledger says {funnel.Kept}; ")
                + "delete them, and puyu data run makes them again");
    }

    private static (HistogramCounter[] Counters, long Documents)[] OfFiles(
        string folder, string[] files, IDocumentReader reader, CancellationToken cancellationToken)
    {
        var ofFiles = new (HistogramCounter[] Counters, long Documents)[files.Length];
        try
        {
            Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellationToken }, i =>
                ofFiles[i] = OfFile(folder, files[i], reader, cancellationToken));
        }
        catch (AggregateException problems)
        {
            ExceptionDispatchInfo.Throw(problems.InnerExceptions[0]);
        }

        return ofFiles;
    }

    private static (HistogramCounter[] Counters, long Documents) OfFile(
        string folder, string file, IDocumentReader reader, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{file} is in the ledger but not in {folder}; puyu data run makes it again");
        }

        var stage = new StatisticsStage(new StatisticsOptions());
        HistogramCounter[] counters = Counters();
        float[] values = new float[counters.Length];
        long documents = 0;
        foreach (Document document in reader.Read(
            new SourcePart(path, file, 0, new FileInfo(path).Length), new Quarantine()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            documents++;
            values.AsSpan().Fill(float.NaN);
            stage.Apply(document, values);
            for (int i = 0; i < counters.Length; i++)
            {
                counters[i].Add(values[i]);
            }
        }

        return (counters, documents);
    }

    /// <summary>Reads the documents that the recipe wrote; null if it wrote none that can be read.</summary>
    private static IDocumentReader? Reader(JsonElement recipe, out string formats)
    {
        string[] names = [.. Outputs(recipe).Select(output =>
            output.TryGetProperty("format", out JsonElement name) ? name.GetString()! : "jsonl")];
        formats = string.Join(", ", names);
        Func<JsonElement, RecipeContext, IDocumentReader>? create = names
            .Select(CompressedFile.WithoutEnding).Where(StageCatalog.BuiltIn.FormatNames.Contains)
            .Select(name => StageCatalog.BuiltIn.Format(name, "output"))
            .FirstOrDefault(format => format is { Tokens: null, Reader: not null })?.Reader;

        // What was written is read whatever its length.
        using var options = JsonDocument.Parse(FormattableString.Invariant($$"""{ "maxRecordBytes": {{1 << 30}} }"""));
        return create?.Invoke(options.RootElement, new RecipeContext(".", "output", 0, _ => { }));
    }

    /// <summary>One output or a list of them; by default one with all defaults.</summary>
    private static JsonElement[] Outputs(JsonElement recipe) =>
        !recipe.TryGetProperty("output", out JsonElement output) ? [JsonElement.Parse("{}")]
        : output.ValueKind == JsonValueKind.Array ? [.. output.EnumerateArray()]
        : [output];

    private static HistogramCounter[] Counters() => [.. _figures.Select(figure => new HistogramCounter(figure.Width))];

    private static IReadOnlyList<ProfileHistogram> Results(HistogramCounter[] counters) =>
        [.. counters.Zip(_figures, (counter, figure) => counter.Result(figure.Name))];
}
