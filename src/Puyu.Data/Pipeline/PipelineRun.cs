using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Puyu.Data.Audit;
using Puyu.Data.Mixing;

namespace Puyu.Data.Pipeline;

/// <summary>
/// A recipe at work in a folder. Whatever of it exists there already is kept: a run that was killed goes on, one that
/// was finished does nothing, and one of a changed recipe does what the change concerns.
/// </summary>
public sealed class PipelineRun
{
    private readonly PipelinePlan _plan;
    private readonly IReadOnlyList<Phase> _phases;

    private PipelineRun(PipelinePlan plan)
    {
        _plan = plan;
        _phases = Phase.Of(plan.Passes, plan.Tokens.Count > 0);
    }

    /// <summary>What is done one after the other, as people call it.</summary>
    public IReadOnlyList<string> Phases => [.. _phases.Select(phase => phase.Title)];

    /// <summary>
    /// Which of <see cref="Phases"/> are done part by part or file by file, so that several tasks may share them.
    /// </summary>
    public IReadOnlyList<bool> IsShared => [.. _phases.Select(phase => phase.IsShared)];

    /// <summary>How many parts the sources are cut into.</summary>
    public int Parts => _plan.Parts.Count;

    /// <summary>Full paths of the files, and folders that are read as one, in the order of the sources.</summary>
    public IReadOnlyList<string> SourceFiles =>
        [.. _plan.Parts.SelectMany(part => part.Pieces).Select(piece => piece.Path).Distinct()];

    /// <summary>
    /// The finished documents, in the order of the sources, one at a time; only of a run that is done.
    /// </summary>
    public IEnumerable<Document> Documents => _plan.Parts.SelectMany(
        part => DocumentFile.Read(_plan.DocumentFile(_plan.Passes[^1], part)).Select(item => item.Document));

    /// <summary>Cuts the sources and finds out what there is to do. Reads the sources that are new here.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="folder">Where to do it; made if it is not there.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="FileNotFoundException">A source has no file.</exception>
    /// <exception cref="InvalidDataException">A file is in two sources.</exception>
    public static PipelineRun Create(Recipe recipe, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new PipelineRun(PipelinePlan.Create(recipe, folder, cancellationToken));
    }

    /// <summary>Does everything that is missing.</summary>
    /// <param name="threads">Threads at work at once; positive. Does not change the result.</param>
    /// <param name="progress">Told of every part; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work; a later run goes on.</param>
    /// <returns>Files made; 0 if everything was there.</returns>
    /// <exception cref="IOException">Another run is at work in the folder, or the disk is full.</exception>
    public int Run(int threads, IProgress<PipelineProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        using FileStream alone = Lock(FileAccess.ReadWrite, FileShare.None);
        var counter = new WorkCounter(progress);
        foreach (Phase phase in _phases)
        {
            Work(phase, new Share(Tasks: 1, Rank: 0, threads), counter, cancellationToken);
        }

        return counter.Files;
    }

    /// <summary>
    /// Does one task's share of a phase: of the phases over parts every <paramref name="tasks"/>-th part, of files of
    /// tokens every such file, of the others everything if it is task 0. All tasks may work at once, on machines that
    /// share the folder.
    /// </summary>
    /// <param name="tasks">How many tasks there are; positive.</param>
    /// <param name="rank">Which this is, in [0, tasks).</param>
    /// <param name="phase">Index of the phase; null for the first that is not done.</param>
    /// <param name="threads">Threads at work at once; positive.</param>
    /// <param name="progress">Told of every part; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="IOException">A whole run is at work in the folder, or the disk is full.</exception>
    /// <exception cref="InvalidOperationException">The phases before this one are not done.</exception>
    public ShardOutcome RunShard(
        int tasks, int rank, int? phase, int threads, IProgress<PipelineProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tasks);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, tasks);
        using FileStream together = Lock(FileAccess.Read, FileShare.Read);
        int current = CurrentPhase();
        int index = phase ?? Math.Min(current, _phases.Count - 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _phases.Count);
        if (index > current)
        {
            throw new IOException(
                $"phase {index} cannot begin: phase {current} ({_phases[current].Title}) must be done before it");
        }

        Phase work = _phases[index];
        var counter = new WorkCounter(progress);
        if (work.IsShared || rank == 0)
        {
            Work(work, new Share(tasks, rank, threads), counter, cancellationToken);
        }

        return new ShardOutcome(index, work.Title, counter.Files, IsDone(work), CurrentPhase() == _phases.Count);
    }

    private int CurrentPhase()
    {
        int current = 0;
        while (current < _phases.Count && IsDone(_phases[current]))
        {
            current++;
        }

        return current;
    }

    private bool IsDone(Phase phase) => phase.Kind switch
    {
        PhaseKind.Parts => _plan.Parts.All(part => PartWorker.IsDone(_plan, phase, part)),
        PhaseKind.Decision => File.Exists(_plan.DecisionFile(phase.Corpus!)),
        PhaseKind.Mixture => _plan.Tokens.All(output => output.IsMixDone),
        PhaseKind.Files => _plan.Tokens.All(output => output.IsMixDone) && !MissingFiles().Any(),
        _ => LedgerBuilder.IsDone(_plan),
    };

    private IEnumerable<(TokenPlan Output, int Shard)> TokenFiles() => _plan.Tokens.SelectMany(output =>
        Enumerable.Range(0, output.Mix.Shards.Count).Select(shard => (output, shard)));

    private IEnumerable<(TokenPlan Output, int Shard)> MissingFiles() =>
        TokenFiles().Where(file => !file.Output.ShardFiles(file.Shard).All(File.Exists));

    private void Work(Phase phase, Share share, WorkCounter counter, CancellationToken cancellationToken)
    {
        switch (phase.Kind)
        {
            case PhaseKind.Parts:
                IReadOnlyList<PlannedPart> parts = share.Of(_plan.Parts);
                counter.Begin(phase, _phases.Count, parts.Sum(part => part.Bytes));
                using (var budget = new ThreadBudget(share.Threads))
                {
                    var worker = new PartWorker(_plan, budget, counter, cancellationToken);
                    ForEach(
                        parts, share.Threads,
                        part => budget.Hold(() => worker.Work(phase, part), cancellationToken), cancellationToken);
                }

                break;
            case PhaseKind.Files:
                WriteTokens(phase, share, counter, cancellationToken);
                break;
            default:
                counter.Begin(phase, _phases.Count, totalBytes: 0);
                WorkAlone(phase, counter, cancellationToken);
                break;
        }
    }

    private void WorkAlone(Phase phase, WorkCounter counter, CancellationToken cancellationToken)
    {
        switch (phase.Kind)
        {
            case PhaseKind.Decision when !IsDone(phase):
                Decide(phase.Corpus!, cancellationToken);
                counter.Made();
                break;
            case PhaseKind.Mixture:
                foreach (TokenPlan output in _plan.Tokens.Where(output => !output.IsMixDone))
                {
                    InScratch("mixture", scratch =>
                        new MixPlanner(output, _plan.Parts.Count, cancellationToken).Write(scratch));
                    counter.Made();
                }

                break;
            case PhaseKind.Ledger when !IsDone(phase):
                LedgerBuilder.Build(_plan, cancellationToken);
                counter.Made();
                break;
        }
    }

    private void WriteTokens(Phase phase, Share share, WorkCounter counter, CancellationToken cancellationToken)
    {
        IReadOnlyList<(TokenPlan Output, int Shard)> files = share.Of([.. TokenFiles()]);
        counter.Begin(phase, _phases.Count, files.Sum(Bytes));
        ForEach(
            files, share.Threads, file =>
            {
                if (!file.Output.ShardFiles(file.Shard).All(File.Exists))
                {
                    using var writer = new ShardWriter(file.Output, cancellationToken);
                    writer.Write(file.Shard);
                    counter.Made();
                }

                counter.Done(Bytes(file));
            },
            cancellationToken);

        static long Bytes((TokenPlan Output, int Shard) file) =>
            file.Output.Mix.Shards[file.Shard].Tokens * file.Output.Output.TokenBytes;
    }

    private void Decide(Pass pass, CancellationToken cancellationToken) => InScratch(pass.Folder, scratch =>
    {
        IReadOnlyList<string> summaries = [.. _plan.Parts.Select(part => _plan.SummaryFile(pass, part))];
        DecisionFile.Write(_plan.DecisionFile(pass), pass.Corpus!.Decide(summaries, scratch), cancellationToken);
    });

    private void InScratch(string name, Action<string> work)
    {
        string scratch = Path.Combine(_plan.Folder.Scratch, name);
        if (Directory.Exists(scratch))
        {
            Directory.Delete(scratch, recursive: true); // a killed run left it
        }

        Directory.CreateDirectory(scratch);
        work(scratch);
        Directory.Delete(scratch, recursive: true);
    }

    private FileStream Lock(FileAccess access, FileShare share)
    {
        _plan.Folder.Create(_plan.Passes, _plan.Recipe.Outputs);
        if (!File.Exists(_plan.Folder.Lock))
        {
            File.AppendAllText(_plan.Folder.Lock, "");
        }

        try
        {
            return new FileStream(_plan.Folder.Lock, FileMode.Open, access, share);
        }
        catch (IOException problem)
        {
            throw new IOException($"another run is at work in {_plan.Folder.Root}; wait for its end", problem);
        }
    }

    private static void ForEach<T>(
        IReadOnlyList<T> items, int threads, Action<T> work, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        try
        {
            Parallel.ForEach(Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering), options, work);
        }
        catch (AggregateException problems)
        {
            ExceptionDispatchInfo.Throw(problems.InnerExceptions[0]);
        }
    }
}

/// <summary>What one of several tasks does of a phase that they share: every so many-th item.</summary>
/// <param name="Tasks">How many tasks there are.</param>
/// <param name="Rank">Which this is.</param>
/// <param name="Threads">Items at work at once.</param>
internal readonly record struct Share(int Tasks, int Rank, int Threads)
{
    /// <summary>This task's items.</summary>
    public IReadOnlyList<T> Of<T>(IReadOnlyList<T> items)
    {
        (int tasks, int rank) = (Tasks, Rank);
        return [.. items.Where((_, i) => i % tasks == rank)];
    }
}

/// <summary>What a task did.</summary>
/// <param name="Phase">Index of the phase.</param>
/// <param name="Title">What the phase does.</param>
/// <param name="Files">Files made; 0 if its share was done.</param>
/// <param name="IsPhaseDone">Whether all tasks are through the phase.</param>
/// <param name="IsRunDone">Whether there is nothing left to do in any phase.</param>
public sealed record ShardOutcome(int Phase, string Title, int Files, bool IsPhaseDone, bool IsRunDone);
