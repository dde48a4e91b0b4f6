using System.ComponentModel;
using System.Diagnostics;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Cli.Commands;

/// <summary>
/// Hands a run to Slurm: an array of jobs for each phase that tasks share, one job for each that they do not, every one
/// after the one before it has succeeded. The folder of the run must be on a file system that all nodes see.
/// </summary>
internal static class SlurmJobs
{
    /// <summary>Writes the scripts into the folder of the run and submits them.</summary>
    /// <returns>A line for people for each job, as it is submitted.</returns>
    /// <exception cref="IOException">There is no sbatch, or it refused a job.</exception>
    public static IEnumerable<string> Submit(RunLine line, PipelineRun run)
    {
        string folder = Path.Combine(Path.GetFullPath(line.Output), "slurm");
        Directory.CreateDirectory(folder);
        string? previous = null;
        for (int phase = 0; phase < run.Phases.Count; phase++)
        {
            string script = Path.Combine(folder, FormattableString.Invariant($"phase-{phase:00}.sbatch"));
            AtomicFile.WriteText(script, Script(line, phase, run.IsShared[phase], folder));
            previous = Sbatch(
                previous is null
                    ? ["--parsable", script]
                    : ["--parsable", $"--dependency=afterok:{previous}", "--kill-on-invalid-dep=yes", script]);
            yield return $"job {previous}: phase {phase} ({run.Phases[phase]})";
        }
    }

    /// <summary>The script of a phase.</summary>
    internal static string Script(RunLine line, int phase, bool isShared, string folder)
    {
        string name = FormattableString.Invariant($"phase-{phase:00}");
        string log = Path.Combine(folder, name + (isShared ? "-%a.log" : ".log"));
        string[] lines =
        [
            "#!/bin/sh",
            $"#SBATCH --job-name=puyu-{name}",
            .. isShared ? (string[])[FormattableString.Invariant($"#SBATCH --array=0-{line.Tasks - 1}")] : [],
            FormattableString.Invariant($"#SBATCH --ntasks=1 --cpus-per-task={line.Threads}"),
            $"#SBATCH --output={Quote(log)}",
            .. line.Sbatch.Select(option => $"#SBATCH {option}"),
        ];
        string[] command =
        [
            "exec", .. Self().Select(Quote), "data", "run", Quote(Path.GetFullPath(line.Recipe)),
            "--out", Quote(Path.GetFullPath(line.Output)),
            FormattableString.Invariant($"--threads {line.Threads} --tasks {line.Tasks} --phase {phase}"),
            "--rank", isShared ? "\"$SLURM_ARRAY_TASK_ID\"" : "0",
        ];
        return string.Join('\n', [.. lines, string.Join(' ', command)]) + "\n";
    }

    private static string[] Self()
    {
        string process = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(process) == "dotnet";
        return isHost ? [process, Path.Combine(AppContext.BaseDirectory, "puyu.dll")] : [process];
    }

    private static string Sbatch(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("sbatch", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output.Trim().Split(';')[0] // "job" or "job;cluster"
                : throw new IOException($"sbatch refused {arguments[^1]}: {errors.Result.Trim()}");
        }
        catch (Win32Exception problem)
        {
            throw new IOException("sbatch was not found; --executor slurm needs Slurm's tools on PATH", problem);
        }
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
