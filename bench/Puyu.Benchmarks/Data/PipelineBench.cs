using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Puyu.Data.Classifiers;
using Puyu.Data.Pipeline;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>
/// Whole runs of one recipe, clean, dedup, safe and quality with trained classifiers, over growing amounts of text: time,
/// memory, what is written, and a straight line through the times.
/// </summary>
/// <remarks>
/// docs/data-engine.md says what the recipe does. Inputs are made before and deleted after each run, as is the folder of
/// the run. Peak memory is that of the whole process (VmHWM of Linux, set back before each run).
/// </remarks>
public static class PipelineBench
{
    private const double Megabyte = 1e6;

    /// <summary>Measures and prints three tables.</summary>
    /// <param name="output">Takes the tables.</param>
    /// <param name="megabytes">Amounts of JSON Lines, ascending.</param>
    public static void Run(TextWriter output, IReadOnlyList<int> megabytes)
    {
        using var folder = new TemporaryFolder();
        var input = new PipelineInput();
        string recipe = folder.File("recipe.json");
        File.WriteAllText(recipe, Recipe(input, folder));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Documents are drawn from {input.Describe()}; {PipelineInput.NearDuplicatePercent} % repeat another nearly, "
            + $"{PipelineInput.SpamPercent} % have advertising, {PipelineInput.ToxicPercent} % hatred. "
            + $"{Environment.ProcessorCount} threads."));
        output.WriteLine();
        output.WriteLine("| MB | documents | seconds | processor s | MB/s | peak RSS, MiB | written, MB | kept, % |");
        output.WriteLine("| --: | --: | --: | --: | --: | --: | --: | --: |");
        var runs = new List<(double Megabytes, double Seconds)>();
        List<(string Phase, double Seconds)> phases = [];
        foreach (int amount in megabytes)
        {
            string source = folder.File("pages.jsonl");
            int documents = input.Write(source, (long)(amount * Megabyte));
            phases = [];
            double seconds = Measure(recipe, folder.File("run"), source, documents, phases, output);
            runs.Add((new FileInfo(source).Length / Megabyte, seconds));
            Directory.Delete(folder.File("run"), recursive: true);
            File.Delete(source);
        }

        WriteLine(output, runs);
        output.WriteLine();
        output.WriteLine("| phase of the last run | seconds |");
        output.WriteLine("| --- | --: |");
        foreach ((string phase, double seconds) in phases)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {phase} | {seconds:F1} |"));
        }
    }

    private static double Measure(
        string recipePath, string folder, string source, int documents, List<(string, double)> phases, TextWriter output)
    {
        // What making the input left is not the run's.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
        long written = WrittenBytes();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        var progress = new PhaseTimes(phases);
        var recipe = Puyu.Data.Pipeline.Recipe.Load(recipePath, StageCatalog.BuiltIn, static _ => { });
        PipelineRun run = PipelineRun.Create(recipe, folder, CancellationToken.None);
        progress.Add("planning");
        run.Run(Environment.ProcessorCount, progress, CancellationToken.None);
        progress.End();
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double megabytes = new FileInfo(source).Length / Megabyte;
        long kept = Directory.GetFiles(Path.Combine(folder, "out")).Sum(path => File.ReadLines(path).LongCount());
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {megabytes:F0} | {documents} | {seconds:F1} | {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F1} "
            + $"| {megabytes / seconds:F1} | {PeakKibibytes() / 1024.0:F0} | {(WrittenBytes() - written) / Megabyte:F0} "
            + $"| {100.0 * kept / documents:F1} |"));
        return seconds;
    }

    /// <summary>The straight line of least squares in relative error, so that small runs count as much as large ones.</summary>
    private static void WriteLine(TextWriter output, List<(double X, double Y)> runs)
    {
        if (runs.Count < 3)
        {
            return;
        }

        double weights = runs.Sum(run => 1 / (run.Y * run.Y));
        double meanX = runs.Sum(run => run.X / (run.Y * run.Y)) / weights;
        double meanY = runs.Sum(run => run.Y / (run.Y * run.Y)) / weights;
        double slope = runs.Sum(run => (run.X - meanX) * (run.Y - meanY) / (run.Y * run.Y))
            / runs.Sum(run => (run.X - meanX) * (run.X - meanX) / (run.Y * run.Y));
        double start = meanY - (slope * meanX);
        double worst = runs.Max(run => Math.Abs((start + (slope * run.X)) - run.Y) / run.Y);
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Seconds = {start:F2} + {slope * 1000:F1} × GB; no run is farther from the line than {worst:P0}."));
    }

    private static string Recipe(PipelineInput input, TemporaryFolder folder)
    {
        List<object> safe = [new { stage = "pii" }];
        List<object> quality = [];
        AddClassifier(safe, input.Toxic, "toxicity", higherIsBetter: false, folder);
        AddClassifier(quality, input.Advertising, "advertising", higherIsBetter: false, folder);
        AddClassifier(quality, Disfluency.Make(input.Fluent, seed: 1), "fluency", higherIsBetter: true, folder);
        return JsonSerializer.Serialize(new
        {
            sources = new object[] { new { path = "pages.jsonl" } },
            steps = new object[]
            {
                new
                {
                    name = "format",
                    stages = new object[] { new { stage = "normalize" }, new { stage = "language", keep = _languages } },
                },
                new
                {
                    name = "clean",
                    stages = new object[]
                    {
                        new { stage = "gopher-repetition" }, new { stage = "gopher-quality" },
                        new
                        {
                            stage = "c4", requiresLineEnds = false, lineEnds = "allScripts",
                            max = new Dictionary<string, float?> { ["curly-brackets"] = null },
                        },
                        new { stage = "fineweb" },
                    },
                },
                new
                {
                    name = "dedup",
                    stages = new object[]
                    {
                        new
                        {
                            stage = "minhash", hashes = 128, threshold = 0.7, survivor = "newest", survivorBy = "date",
                        },
                    },
                },
                new { name = "safe", stages = safe },
                new { name = "quality", stages = quality },
            },
        });
    }

    private static readonly string[] _languages = ["en", "zh-hans"];

    private static void AddClassifier(
        List<object> stages, IReadOnlyList<LabeledText> texts, string name, bool higherIsBetter, TemporaryFolder folder)
    {
        if (texts.Count == 0)
        {
            return;
        }

        var options = new ClassifierTrainingOptions { ScoreName = name, HigherIsBetter = higherIsBetter, Epochs = 3 };
        string path = folder.File($"{name}.classifier");
        ClassifierTrainer.Train(texts, options).Save(path);
        stages.Add(new { stage = "classifier", model = path });
    }

    private static long WrittenBytes() => Number("/proc/self/io", "wchar:");

    private static long PeakKibibytes() => Number("/proc/self/status", "VmHWM:");

    private static long Number(string path, string name) => long.Parse(
        File.ReadLines(path).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Replace("kB", "", StringComparison.Ordinal).Trim(),
        CultureInfo.InvariantCulture);

    /// <summary>Sums the time from one phase to the next.</summary>
    private sealed class PhaseTimes(List<(string Phase, double Seconds)> phases) : IProgress<PipelineProgress>
    {
        private long _started = Stopwatch.GetTimestamp();
        private string? _phase;

        public void Report(PipelineProgress value)
        {
            if (value.Phase != _phase)
            {
                End();
                _phase = value.Phase;
            }
        }

        public void Add(string phase)
        {
            _phase = phase;
            End();
        }

        public void End()
        {
            if (_phase is not null)
            {
                phases.Add((_phase, Stopwatch.GetElapsedTime(_started).TotalSeconds));
            }

            _started = Stopwatch.GetTimestamp();
            _phase = null;
        }
    }
}
