using System.Diagnostics;
using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Data;
using Puyu.Data.Deduplication;
using Puyu.Data.Pipeline;

namespace Puyu.Benchmarks.Data;

/// <summary>Near-duplicates of five million short documents, with the memory that the process takes for it.</summary>
/// <remarks>
/// A document is 24 random words; three in ten have the words of an earlier one, with none or one changed. What is
/// decided with sorters of 192 MiB is decided again with sorters that hold everything, and must be the same. Takes 5 GB
/// of disk and some minutes. <c>PUYU_BENCH_DOCUMENTS</c> sets the number of documents. Run it alone: the peak is that
/// of the process.
/// </remarks>
public static class DeduplicationBench
{
    private const int Parts = 20;
    private const int Words = 24;

    /// <summary>Measures and prints a table.</summary>
    public static void Run(TextWriter output)
    {
        int count = int.Parse(
            Environment.GetEnvironmentVariable("PUYU_BENCH_DOCUMENTS") ?? "5000000", CultureInfo.InvariantCulture);
        string folder = Directory.CreateTempSubdirectory("puyu-bench-").FullName;
        var options = new MinHashOptions { MemoryMegabytes = 192, Survivor = SurvivorPolicy.Newest };
        var stage = new MinHashStage(options);
        output.WriteLine("| phase | documents | seconds | processor seconds | peak RSS so far, MiB |");
        output.WriteLine("| --- | --: | --: | --: | --: |");
        string[] summaries = [.. Enumerable.Range(0, Parts).Select(part => Path.Combine(folder, $"{part}"))];
        Measure(output, "signatures", () =>
        {
            for (int part = 0; part < Parts; part++)
            {
                using FileStream summary = File.Create(summaries[part]);
                stage.Summarize(Documents(part, count), summary);
            }

            return count;
        });

        string scratch = Directory.CreateDirectory(Path.Combine(folder, "scratch")).FullName;
        UInt128[] digests = new UInt128[2];
        Measure(output, "decisions, 192 MiB", () => Digest(stage.Decide(summaries, scratch), out digests[0]));
        var inMemory = new MinHashStage(options with { MemoryMegabytes = 2048 });
        Measure(output, "decisions, 2048 MiB", () => Digest(inMemory.Decide(summaries, scratch), out digests[1]));
        output.WriteLine();
        output.WriteLine(digests[0] == digests[1] ? "Both decide the same." : "They decide DIFFERENTLY.");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Number and hash of decisions.</summary>
    private static int Digest(IEnumerable<Decision> decisions, out UInt128 digest)
    {
        int count = 0;
        digest = 0;
        foreach (Decision decision in decisions)
        {
            string text = FormattableString.Invariant($"{digest}{decision.Key}{decision.Value}{decision.MatchedSource}");
            digest = Hashing.Hash128(Encoding.UTF8.GetBytes(text));
            count++;
        }

        return count;
    }

    private static void Measure(TextWriter output, string phase, Func<int> run)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        int documents = run();
        double processor = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {phase} | {documents} | {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} | {processor:F0} "
            + $"| {PeakMegabytes()} |"));
    }

    private static long PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    private static IEnumerable<Document> Documents(int part, int count)
    {
        var text = new StringBuilder();
        for (int n = part; n < count; n += Parts)
        {
            var random = new CounterRandom(1, (ulong)n);
            bool isCopy = n > 0 && random.NextInt32(10) < 3;
            var words = new CounterRandom(2, (ulong)(isCopy ? random.NextInt32(n) : n));
            int changed = isCopy ? random.NextInt32(2 * Words) : Words;
            text.Clear();
            for (int i = 0; i < Words; i++)
            {
                text.Append('w').Append(words.NextInt32(50_000) + (i == changed ? 1 : 0)).Append(' ');
            }

            string dump = (2013 + random.NextInt32(12)).ToString(CultureInfo.InvariantCulture);
            yield return new Document($"document-{n}", text.ToString())
            {
                Source = new DocumentSource("bench", n, 0),
                Metadata = Document.NoMetadata.Add("dump", dump),
            };
        }
    }
}
