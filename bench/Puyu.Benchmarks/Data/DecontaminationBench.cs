using System.Diagnostics;
using System.Globalization;
using System.Text;
using Puyu.Data.Decontamination;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>Looking for evaluation sets in text, on one thread.</summary>
/// <remarks>
/// The index is of all JSON Lines files of the evaluation data; the texts are the corpora of the test data
/// (PUYU_TEST_DATA, else ../shared/data). Processor time, since the machine may be busy with other work.
/// </remarks>
public static class DecontaminationBench
{
    private const int Rounds = 9;

    /// <summary>Measures and prints a table.</summary>
    public static void Run(TextWriter output)
    {
        if (!Directory.Exists(TestData.Root))
        {
            output.WriteLine($"left out: {TestData.SkipReason}");
            return;
        }

        string[] sets = [.. Directory.EnumerateFiles(TestData.File("eval"), "*.jsonl").Order(StringComparer.Ordinal)];
        DecontaminationIndex index = DecontaminationIndex.Build(sets, new DecontaminationOptions());
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{index.Tasks.Count} tasks, {index.Tasks.Sum(task => task.Runs)} runs"));
        output.WriteLine();
        output.WriteLine("| text | MB | MB/s of processor time (median) | MB/s (best) | runs found |");
        output.WriteLine("| --- | --: | --: | --: | --: |");
        foreach (string name in (ReadOnlySpan<string>)["war_and_peace_utf8.txt", "wikitext2_test.txt", "红楼梦.txt"])
        {
            Measure(output, index, name, File.ReadAllText(TestData.File("corpora", name)));
        }
    }

    private static void Measure(TextWriter output, DecontaminationIndex index, string name, string text)
    {
        double megabytes = Encoding.UTF8.GetByteCount(text) / 1e6;
        int repeats = (int)Math.Ceiling(10 / megabytes);
        var seconds = new List<double>();
        int runs = 0;
        for (int round = -1; round < Rounds; round++)
        {
            using var process = Process.GetCurrentProcess();
            TimeSpan before = process.TotalProcessorTime;
            for (int i = 0; i < repeats; i++)
            {
                runs = index.Find(text).Runs;
            }

            process.Refresh();
            if (round >= 0)
            {
                seconds.Add((process.TotalProcessorTime - before).TotalSeconds / repeats);
            }
        }

        seconds.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {megabytes:F1} | {megabytes / seconds[Rounds / 2]:F0} | {megabytes / seconds[0]:F0} "
            + $"| {runs} |"));
    }
}
