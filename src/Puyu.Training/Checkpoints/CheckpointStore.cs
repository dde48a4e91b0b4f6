using System.Globalization;
using Puyu.Abstractions;

namespace Puyu.Training.Checkpoints;

/// <summary>The checkpoints of one run: a folder each, named for the step, that appears whole or not at all.</summary>
/// <remarks>
/// <code>
///   .step-00000020.partial/    files, each flushed to the device; complete.json with their hashes; lineage.json
///       → rename →
///   step-00000020/             and then older checkpoints beyond those to keep are renamed and deleted
/// </code>
/// A process that dies anywhere leaves the previous checkpoint as it was; what it left half-done is deleted by the next
/// save. One process at a time saves to a folder.
/// </remarks>
public sealed class CheckpointStore
{
    private const string Prefix = "step-";
    private const string Partial = ".partial";
    private const string Deleting = ".deleting";

    private readonly CheckpointDisk _disk;
    private readonly int _keepLast;

    /// <param name="folder">Folder of the run's checkpoints; made by the first save.</param>
    /// <param name="keepLast">Newest checkpoints to keep; at least 1.</param>
    public CheckpointStore(string folder, int keepLast)
        : this(folder, keepLast, new CheckpointDisk())
    {
    }

    internal CheckpointStore(string folder, int keepLast, CheckpointDisk disk)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepLast, 1);
        Folder = Path.GetFullPath(folder);
        _keepLast = keepLast;
        _disk = disk;
    }

    /// <summary>Folder of the run's checkpoints.</summary>
    public string Folder { get; }

    /// <summary>The checkpoints there are, newest first, complete or damaged.</summary>
    public IReadOnlyList<Checkpoint> List() => !Directory.Exists(Folder)
        ? []
        : [.. Directory.EnumerateDirectories(Folder, Prefix + "*")
            .Select(path => (Path: path, Step: StepOf(Path.GetFileName(path))))
            .Where(found => found.Step is not null)
            .Select(found => new Checkpoint(found.Step!.Value, found.Path))
            .OrderByDescending(checkpoint => checkpoint.Step)];

    /// <summary>The newest checkpoint all of whose files are as they were written. Reads every byte of it.</summary>
    /// <param name="report">Told, in a sentence, of each newer one that is damaged.</param>
    /// <returns>Null if there is none.</returns>
    public Checkpoint? Latest(Action<string> report)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach (Checkpoint checkpoint in List())
        {
            if (checkpoint.Problem() is not { } problem)
            {
                return checkpoint;
            }

            report($"checkpoint {checkpoint.Folder} is skipped: {problem}");
        }

        return null;
    }

    /// <summary>Saves a checkpoint, and only then deletes old ones.</summary>
    /// <param name="step">Steps that were done. A complete checkpoint of that step is left as it is.</param>
    /// <param name="write">Writes its files.</param>
    /// <param name="describe">Given the folder with all files, makes the lineage that is written into it.</param>
    /// <exception cref="IOException">The disk is full or failed; earlier checkpoints are as they were.</exception>
    internal Checkpoint Save(int step, Action<CheckpointWriter> write, Func<string, Lineage> describe)
    {
        string name = NameOf(step);
        var checkpoint = new Checkpoint(step, Path.Combine(Folder, name));
        string partial = Path.Combine(Folder, $".{name}{Partial}");
        try
        {
            DeleteLeftovers();
            if (!Directory.Exists(checkpoint.Folder) || checkpoint.Problem() is not null)
            {
                _disk.CreateFolder(partial);
                var writer = new CheckpointWriter(partial, _disk);
                write(writer);
                writer.Complete(step);
                describe(partial).Write(partial);
                _disk.SyncFolder(partial);
                Replace(partial, checkpoint.Folder);
            }

            DeleteOld(step);
            return checkpoint;
        }
        catch (IOException problem)
        {
            // Makes room again. What cannot be deleted now, the next save deletes.
            TryDelete(partial);
            throw new IOException($"checkpoint {checkpoint.Folder} could not be completed: {problem.Message}", problem);
        }
    }

    private static string NameOf(int step) => Prefix + step.ToString("D8", CultureInfo.InvariantCulture);

    private static int? StepOf(string name) =>
        int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step)
        && name == NameOf(step)
            ? step
            : null;

    private void Replace(string partial, string folder)
    {
        if (Directory.Exists(folder))
        {
            Delete(folder);
        }

        _disk.Move(partial, folder);
        _disk.SyncFolder(Folder);
    }

    /// <summary>
    /// Newer ones than this step are not counted: they are of a run that went another way, or damaged.
    /// </summary>
    private void DeleteOld(int step)
    {
        foreach (Checkpoint old in List().Where(checkpoint => checkpoint.Step <= step).Skip(_keepLast))
        {
            Delete(old.Folder);
        }
    }

    /// <summary>Takes the name away first, so that a checkpoint is never there in part.</summary>
    private void Delete(string folder)
    {
        string doomed = Path.Combine(Folder, $".{Path.GetFileName(folder)}{Deleting}");
        _disk.Move(folder, doomed);
        _disk.DeleteFolder(doomed);
    }

    private void DeleteLeftovers()
    {
        _disk.CreateFolder(Folder);
        foreach (string path in Directory.EnumerateDirectories(Folder, "." + Prefix + "*").ToArray())
        {
            if (path.EndsWith(Partial, StringComparison.Ordinal) || path.EndsWith(Deleting, StringComparison.Ordinal))
            {
                _disk.DeleteFolder(path);
            }
        }
    }

    private void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                _disk.DeleteFolder(folder);
            }
        }
        catch (IOException)
        {
            // The error that led here is the one to report.
        }
    }
}
