using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Puyu.Data.Html;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>Finding the content of real pages, on one thread.</summary>
/// <remarks>The 60 pages of the test data (PUYU_TEST_DATA, else ../shared/data), each the best of nine rounds.</remarks>
public static class HtmlBench
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

        string[] pages = [.. Directory.EnumerateFiles(TestData.File("web", "html"), "*.html.gz").Select(Read)];
        var extractor = new HtmlExtractor(new HtmlOptions());
        var best = new double[pages.Length];
        Array.Fill(best, double.MaxValue);
        for (int round = 0; round < Rounds; round++)
        {
            for (int page = 0; page < pages.Length; page++)
            {
                long start = Stopwatch.GetTimestamp();
                _ = extractor.Extract(pages[page]);
                best[page] = Math.Min(best[page], Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        Array.Sort(best);
        output.WriteLine("| pages | characters | ms a page (mean) | median | slowest | million characters/s |");
        output.WriteLine("| --: | --: | --: | --: | --: | --: |");
        double characters = pages.Sum(page => (double)page.Length);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {pages.Length} | {characters:N0} | {best.Average():F1} | {best[best.Length / 2]:F1} | {best[^1]:F1} | "
            + $"{characters / best.Sum() / 1000:F1} |"));
    }

    private static string Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
