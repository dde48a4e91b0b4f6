using System.CommandLine;
using Puyu.Cli.Display;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data run RECIPE</c>.</summary>
internal static class DataRunCommand
{
    private const string Local = "local";
    private const string Slurm = "slurm";

    public static Command Create()
    {
        var recipe = new Argument<string>("recipe") { Description = "A recipe, JSON (docs/data-engine.md)." };
        Option<string> output = DataCommand.OutOption();
        var threads = new Option<int?>("--threads")
        {
            Description = "Parts at work at once; does not change the result. All processors by default, of a job one.",
        };
        var tasks = new Option<int?>("--tasks")
        {
            Description = "Share the parts of a phase among this many tasks, on machines that share the folder.",
        };
        var rank = new Option<int?>("--rank") { Description = "Which of the tasks this is, from 0." };
        var phase = new Option<int?>("--phase")
        {
            Description = "Which phase to do a share of; by default the first that is not done.",
        };
        var executor = new Option<string>("--executor")
        {
            Description = "local, or slurm: submit the phases as jobs that wait for each other.",
            DefaultValueFactory = _ => Local,
        };
        executor.AcceptOnlyFromAmong(Local, Slurm);
        var sbatch = new Option<string[]>("--sbatch")
        {
            Description = "One more option of every Slurm job, such as --sbatch=--partition=cpu.",
            DefaultValueFactory = _ => [],
        };
        var command = new Command(
            "run", "Run a recipe. What is in the folder is kept: a killed run goes on, a finished one does nothing.")
        {
            recipe, output, threads, tasks, rank, phase, executor, sbatch,
        };
        command.SetAction((line, cancellation) => Task.FromResult(Run(
            new RunLine(
                line.GetRequiredValue(recipe), line.GetRequiredValue(output),
                line.GetValue(threads) ?? (line.GetValue(executor) == Slurm ? 1 : Environment.ProcessorCount),
                line.GetValue(tasks), line.GetValue(rank), line.GetValue(phase), line.GetValue(executor) == Slurm,
                line.GetValue(sbatch)!),
            cancellation)));
        return command;
    }

    private static int Run(RunLine line, CancellationToken cancellation)
    {
        line.Validate();
        Recipe recipe = Recipe.Load(
            line.Recipe, StageCatalog.BuiltIn, warning => Console.Error.WriteLine($"puyu: note: {warning}"));
        PipelineRun run = PipelineRun.Create(recipe, line.Output, cancellation);
        if (line.Phase >= run.Phases.Count)
        {
            throw new ArgumentException($"--phase is {line.Phase} but must be below {run.Phases.Count}, its phases");
        }

        if (line.IsSlurm)
        {
            Console.WriteLine($"{run.Parts} parts in {run.Phases.Count} phases for {line.Tasks} tasks");
            foreach (string job in SlurmJobs.Submit(line, run))
            {
                Console.WriteLine(job);
            }

            return 0;
        }

        var display = new PipelineDisplay(TimeProvider.System);
        if (line.Tasks is { } tasks)
        {
            return RunShard(line, tasks, run, display, cancellation);
        }

        int files = display.Show(progress => run.Run(line.Threads, progress, cancellation));
        Console.WriteLine(files == 0 ? "nothing to do: all of it was there" : $"{files} files made");
        using LedgerDatabase ledger = LedgerDatabase.Open(line.Output);
        FunnelTable.Write(ledger.Funnel());
        MixtureTable.Write(ledger.Mixtures());
        return 0;
    }

    private static int RunShard(
        RunLine line, int tasks, PipelineRun run, PipelineDisplay display, CancellationToken cancellation)
    {
        ShardOutcome outcome = display.Show(progress =>
            run.RunShard(tasks, line.Rank!.Value, line.Phase, line.Threads, progress, cancellation));
        Console.WriteLine(
            $"task {line.Rank} of {tasks}: phase {outcome.Phase} of {run.Phases.Count} ({outcome.Title}), "
            + $"{outcome.Files} files made");
        Console.WriteLine(outcome switch
        {
            { IsRunDone: true } => "the run is done",
            { IsPhaseDone: true } => "the phase is done; the next one may begin",
            _ => "the phase waits for other tasks",
        });
        return 0;
    }
}
