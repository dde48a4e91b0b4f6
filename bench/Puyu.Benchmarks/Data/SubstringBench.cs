using System.Diagnostics;
using System.Globalization;
using System.Text;
using Puyu.Data;
using Puyu.Data.Deduplication;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>Exact substrings of 100 bytes that repeat, in texts of growing size, on one thread.</summary>
/// <remarks>
/// The text is that of the test data's corpora, over and over, in documents of 5,000 characters; every time but the first
/// the letters of a copy are moved through the alphabet, so that copies do not repeat each other.
/// </remarks>
public static class SubstringBench
{
    private const int DocumentLength = 5_000;

    /// <summary>Measures and prints a table.</summary>
    public static void Run(TextWriter output)
    {
        string folder = TestData.File("corpora");
        string text = Directory.Exists(folder)
            ? string.Concat(Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllText))
            : string.Empty;
        output.WriteLine("| MB | documents cut | suffix array, processor s | decisions, processor s | MB/s | peak RSS, MiB |");
        output.WriteLine("| --: | --: | --: | --: | --: | --: |");
        for (int copies = 1; copies <= 8 && text.Length > 0; copies *= 2)
        {
            Measure(output, text, copies);
        }
    }

    private static void Measure(TextWriter output, string text, int copies)
    {
        string folder = Directory.CreateTempSubdirectory("puyu-bench-").FullName;
        string summary = Path.Combine(folder, "summary");
        string scratch = Directory.CreateDirectory(Path.Combine(folder, "scratch")).FullName;
        var stage = new SubstringStage(new SubstringOptions());
        using (FileStream stream = File.Create(summary))
        {
            stage.Summarize(Enumerable.Range(0, copies).SelectMany(copy => Documents(text, copy)), stream);
        }

        double megabytes = new FileInfo(summary).Length / 1e6;
        TimeSpan before = Environment.CpuUsage.TotalTime;
        int decisions = stage.Decide([summary], scratch).Count();
        double deciding = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        byte[] bytes = File.ReadAllBytes(summary);
        before = Environment.CpuUsage.TotalTime;
        SuffixArray.Build(bytes, new int[bytes.Length]);
        double sorting = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {megabytes:F0} | {decisions} | {sorting:F1} | {deciding:F1} | {megabytes / deciding:F1} "
            + $"| {process.PeakWorkingSet64 >> 20} |"));
        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<Document> Documents(string text, int copy)
    {
        for (int start = 0; start < text.Length; start += DocumentLength)
        {
            var moved = new StringBuilder(text, start, Math.Min(DocumentLength, text.Length - start), DocumentLength);
            for (int i = 0; i < moved.Length; i++)
            {
                moved[i] = char.IsAsciiLetterLower(moved[i])
                    ? (char)('a' + ((moved[i] - 'a' + copy) % 26))
                    : moved[i] >= '\u4E00' ? (char)(moved[i] + copy) : moved[i];
            }

            yield return new Document($"{copy}-{start}", moved.ToString())
            {
                Source = new DocumentSource($"{copy}", start, 0),
            };
        }
    }
}
