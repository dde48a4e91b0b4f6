using System.Diagnostics;
using System.Globalization;
using Puyu.Tokenizers.Training;

namespace Puyu.Benchmarks.Tokenizers;

/// <summary>Training of byte-level BPE on the SDK's documentation: English prose in XML.</summary>
public static class TrainingBench
{
    private const int Repetitions = 5;

    /// <summary>Writes a table of medians.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine("| vocabulary | text | threads | median | best | counting words | MB/s |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach ((int vocabSize, int megabytes) in new[] { (8_000, 10), (32_000, 50) })
        {
            byte[] text = Documentation(megabytes * 1_000_000);
            foreach (int threads in new[] { 1, 2 })
            {
                var options = new BpeTrainingOptions { VocabSize = vocabSize, Threads = threads };
                double[] seconds = Measure(() => BpeTrainer.Train([text], options));
                double counting = Median(Measure(() => WordCounter.Count([text], options.SplitPattern, threads)));
                double median = Median(seconds);
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {vocabSize:N0} | {megabytes} MB | {threads} | {median:F3} s | {seconds.Min():F3} s | "
                    + $"{counting:F3} s | {megabytes / median:F1} |"));
            }
        }
    }

    private static double[] Measure(Func<object> work)
    {
        double[] seconds = new double[Repetitions];
        for (int i = 0; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return seconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static byte[] Documentation(int bytes)
    {
        string packs = Path.Combine(
            Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "packs");
        string[] files = [.. Directory.EnumerateFiles(packs, "*.xml", SearchOption.AllDirectories)
            .Where(path => path.Contains($"ref{Path.DirectorySeparatorChar}net10.0", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        byte[] text = new byte[bytes];
        int length = 0;
        foreach (string file in files)
        {
            byte[] content = File.ReadAllBytes(file);
            int count = Math.Min(content.Length, bytes - length);
            content.AsSpan(0, count).CopyTo(text.AsSpan(length));
            length += count;
        }

        // The cut may have left part of a character.
        while ((text[length - 1] & 0x80) != 0)
        {
            length--;
        }

        return text[..length];
    }
}
