using System.Diagnostics;
using System.Globalization;
using Puyu.Tokenizers.Training;

namespace Puyu.Benchmarks.Tokenizers;

/// <summary>Training of byte-level BPE on the SDK's documentation: English prose in XML.</summary>
public static class TrainingBench
{
    private const int Rounds = 5;

    /// <summary>Writes a table of median seconds; the control copies the same bytes.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine("| vocabulary | text | threads | copying | counting words | training | CPU time | MB/s |");
        output.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach ((int vocabSize, int megabytes) in new[] { (8_000, 10), (32_000, 50) })
        {
            byte[] text = Documentation(megabytes * 1_000_000);
            byte[] copy = new byte[text.Length];
            foreach (int threads in new[] { 1, 2 })
            {
                var options = new BpeTrainingOptions { VocabSize = vocabSize, Threads = threads };
                double cpuSeconds = double.MaxValue;
                double[] seconds = Alternating.MedianSeconds(
                    Rounds,
                    () => text.CopyTo(copy, 0),
                    () => WordCounter.Count([text], options.SplitPattern, threads),
                    () => cpuSeconds = Math.Min(cpuSeconds, CpuSeconds(() => BpeTrainer.Train([text], options))));
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {vocabSize:N0} | {megabytes} MB | {threads} | {seconds[0]:F4} s | {seconds[1]:F3} s | "
                    + $"{seconds[2]:F3} s | {cpuSeconds:F3} s | {megabytes / seconds[2]:F1} |"));
            }
        }

        output.WriteLine();
        output.WriteLine("Medians of wall-clock seconds; CPU time is the least that all threads together needed.");
    }

    private static double CpuSeconds(Action work)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    /// <summary>The reference documentation of the installed SDK, over and over.</summary>
    private static byte[] Documentation(int bytes)
    {
        string packs = Path.Combine(
            Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "packs");
        string[] files = [.. Directory.EnumerateFiles(packs, "*.xml", SearchOption.AllDirectories)
            .Where(path => path.Contains($"ref{Path.DirectorySeparatorChar}net10.0", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new DirectoryNotFoundException(
                $"'{packs}' has no ref/net10.0/*.xml but this benchmark trains on them");
        }

        byte[] text = new byte[bytes];
        for (int length = 0, file = 0; length < bytes; file = (file + 1) % files.Length)
        {
            byte[] content = File.ReadAllBytes(files[file]);
            int count = Math.Min(content.Length, bytes - length);
            content.AsSpan(0, count).CopyTo(text.AsSpan(length));
            length += count;
        }

        // The cut may have left part of a character.
        int end = bytes;
        while ((text[end - 1] & 0x80) != 0)
        {
            end--;
        }

        return text[..end];
    }
}
