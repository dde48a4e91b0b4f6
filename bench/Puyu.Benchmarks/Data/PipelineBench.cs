using System.Globalization;
using System.Text.Json;
using Puyu.Data.Classifiers;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>
/// Whole runs of one recipe, clean, dedup, safe and quality with trained classifiers, over growing amounts of text:
/// time, memory, what is written, and a straight line through the times.
/// </summary>
/// <remarks>
/// docs/data-engine.md says what recipes do. Inputs are made before and deleted after each run, as is the folder of the
/// run. Each run is a process of its own, of which the peak memory is taken (VmHWM of Linux).
/// </remarks>
public static class PipelineBench
{
    private const double Megabyte = 1e6;

    private static readonly string[] _languages = ["en", "zh-hans"];

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
            $"Documents are drawn from {input.Describe()}; "
            + $"{PipelineInput.NearDuplicatePercent} % repeat another nearly, "
            + $"{PipelineInput.SpamPercent} % have advertising, {PipelineInput.ToxicPercent} % hatred. "
            + $"{Environment.ProcessorCount} threads."));
        output.WriteLine();
        output.WriteLine("| MB | documents | seconds | processor s | MB/s | peak RSS, MiB | written, MB | kept, % |");
        output.WriteLine("| --: | --: | --: | --: | --: | --: | --: | --: |");
        var runs = new List<(double Megabytes, double Seconds)>();
        IReadOnlyList<PhaseTime> phases = [];
        foreach (int amount in megabytes)
        {
            string source = folder.File("pages.jsonl");
            int documents = input.Write(source, (long)(amount * Megabyte));
            double read = new FileInfo(source).Length / Megabyte;
            PipelineTimes times = PipelineTimes.OfChild(recipe, folder.File("run"));
            phases = times.Phases;
            runs.Add((read, times.Seconds));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {read:F0} | {documents} | {times.Seconds:F1} | {times.ProcessorSeconds:F1} "
                + $"| {read / times.Seconds:F1} | {times.PeakMebibytes:F0} | {times.WrittenMegabytes:F0} "
                + $"| {100.0 * CountKept(folder.File("run")) / documents:F1} |"));
            Directory.Delete(folder.File("run"), recursive: true);
            File.Delete(source);
        }

        WriteLine(output, runs);
        output.WriteLine();
        output.WriteLine("| phase of the last run | seconds |");
        output.WriteLine("| --- | --: |");
        foreach (PhaseTime phase in phases)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {phase.Phase} | {phase.Seconds:F1} |"));
        }
    }

    private static long CountKept(string run) =>
        Directory.GetFiles(Path.Combine(run, "out")).Sum(path => File.ReadLines(path).LongCount());

    /// <summary>The line of least squares in relative error, so that small runs count as much as large ones.</summary>
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
                    stages = new object[]
                    {
                        new { stage = "normalize" }, new { stage = "language", keep = _languages },
                    },
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
}
