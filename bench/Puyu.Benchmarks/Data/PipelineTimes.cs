using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Puyu.Data.Pipeline;

namespace Puyu.Benchmarks.Data;

/// <summary>What one run of a recipe took.</summary>
/// <param name="Seconds">From loading the recipe to the end.</param>
/// <param name="ProcessorSeconds">Of all threads.</param>
/// <param name="PeakMebibytes">Largest resident memory of the process.</param>
/// <param name="WrittenMegabytes">Given to the system to write.</param>
/// <param name="Phases">How long each phase took.</param>
public sealed record PipelineTimes(
    double Seconds, double ProcessorSeconds, double PeakMebibytes, double WrittenMegabytes,
    IReadOnlyList<PhaseTime> Phases)
{
    /// <summary>The argument that has this program make one run and print what it took.</summary>
    public const string ChildArgument = "data-pipeline-run";

    /// <summary>Runs a recipe in a process of its own.</summary>
    public static PipelineTimes OfChild(string recipe, string folder)
    {
        using Process child = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [.. Host(), ChildArgument, recipe, folder])
        {
            RedirectStandardOutput = true,
        })!;
        string text = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? JsonSerializer.Deserialize<PipelineTimes>(text)!
            : throw new InvalidOperationException($"the run of {recipe} ended with {child.ExitCode}");
    }

    /// <summary>Runs a recipe in this process.</summary>
    public static PipelineTimes Of(string recipePath, string folder)
    {
        long started = Stopwatch.GetTimestamp();
        var progress = new PhaseTimes();
        Recipe recipe = Recipe.Load(recipePath, StageCatalog.BuiltIn, static _ => { });
        PipelineRun run = PipelineRun.Create(recipe, folder, CancellationToken.None);
        run.Run(Environment.ProcessorCount, progress, CancellationToken.None);
        return new PipelineTimes(
            Stopwatch.GetElapsedTime(started).TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds,
            Number("/proc/self/status", "VmHWM:") / 1024.0, Number("/proc/self/io", "wchar:") / 1e6, progress.End());
    }

    /// <summary>The program itself, where it is run by dotnet and not by its own executable.</summary>
    private static string[] Host() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [typeof(PipelineTimes).Assembly.Location] : [];

    private static long Number(string path, string name) => long.Parse(
        File.ReadLines(path).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Replace("kB", "", StringComparison.Ordinal).Trim(),
        CultureInfo.InvariantCulture);

    /// <summary>Takes the time from one phase to the next; what is before the first is planning.</summary>
    private sealed class PhaseTimes : IProgress<PipelineProgress>
    {
        private readonly List<PhaseTime> _phases = [];
        private long _started = Stopwatch.GetTimestamp();
        private string _phase = "planning";

        public void Report(PipelineProgress value)
        {
            if (value.Phase != _phase)
            {
                End();
                _phase = value.Phase;
            }
        }

        public List<PhaseTime> End()
        {
            _phases.Add(new PhaseTime(_phase, Stopwatch.GetElapsedTime(_started).TotalSeconds));
            _started = Stopwatch.GetTimestamp();
            return _phases;
        }
    }
}

/// <summary>How long a phase took.</summary>
/// <param name="Phase">As the run calls it.</param>
/// <param name="Seconds">Of the clock.</param>
public sealed record PhaseTime(string Phase, double Seconds);
