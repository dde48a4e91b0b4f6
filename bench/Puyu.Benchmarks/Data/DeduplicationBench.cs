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
/// A document is 24 random words; three in ten have the words of an earlier one, with none or one changed. Takes 4 GB of
/// disk and some minutes. <c>PUYU_BENCH_DOCUMENTS</c> sets the number of documents. Run it alone: the peak is that of
/// the process.
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
        var stage = new MinHashStage(new MinHashOptions { MemoryMegabytes = 192, Survivor = SurvivorPolicy.Newest });
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
        Measure(output, "decisions", () => stage.Decide(summaries, scratch).Count());
        Directory.Delete(folder, recursive: true);
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
