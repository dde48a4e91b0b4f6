using System.Runtime.InteropServices;
using Puyu.Abstractions;

namespace Puyu.Data.Decontamination;

/// <summary>
/// The runs of evaluation sets that training data must not have. Safe for several threads at once.
/// </summary>
public sealed class DecontaminationIndex
{
    private readonly List<EvaluationTask> _tasks;
    private readonly RunTable _runs;
    private readonly List<(int Task, int Item)> _places = [];

    internal DecontaminationIndex(DecontaminationOptions options, List<EvaluationTask> tasks)
    {
        Options = options;
        _tasks = tasks;
        var hashes = new List<ulong>();
        var numbers = new List<int>();
        var seen = new HashSet<ulong>();
        for (int task = 0; task < tasks.Count; task++)
        {
            for (int i = 0; i < tasks[task].Hashes.Length; i++)
            {
                if (seen.Add(tasks[task].Hashes[i]))
                {
                    hashes.Add(tasks[task].Hashes[i]);
                    numbers.Add(_places.Count);
                    _places.Add((task, tasks[task].Items[i]));
                }
            }
        }

        _runs = new RunTable(CollectionsMarshal.AsSpan(hashes), CollectionsMarshal.AsSpan(numbers));
    }

    /// <summary>How long runs are.</summary>
    public DecontaminationOptions Options { get; }

    /// <summary>The tasks, in ordinal order of their names.</summary>
    public IReadOnlyList<EvaluationTask> Tasks => _tasks;

    /// <summary>Makes an index of evaluation sets.</summary>
    /// <param name="paths">
    /// Files: .jsonl, .json, .csv, .tsv or .txt, also with .gz. The name without endings is the task's; files of one
    /// name are one task.
    /// </param>
    /// <param name="options">How long a run is.</param>
    /// <exception cref="OptionsException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">A file is malformed; the message says where.</exception>
    public static DecontaminationIndex Build(IEnumerable<string> paths, DecontaminationOptions options)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        _ = options.Validated();
        var builders = new SortedDictionary<string, TaskBuilder>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            string task = EvaluationFile.TaskOf(path);
            if (!builders.TryGetValue(task, out TaskBuilder? builder))
            {
                builders[task] = builder = new TaskBuilder(options);
            }

            foreach (string item in EvaluationFile.Read(path))
            {
                builder.Add(item);
            }
        }

        return new DecontaminationIndex(options, [.. builders.Select(entry => entry.Value.Finish(entry.Key))]);
    }

    /// <summary>Writes the index, whole or not at all.</summary>
    public void Save(string path) => IndexFile.Save(this, path);

    /// <summary>Reads an index.</summary>
    /// <exception cref="InvalidDataException">The file is no index, or is damaged.</exception>
    public static DecontaminationIndex Load(string path) => IndexFile.Load(path);

    /// <summary>Looks for runs of the evaluation sets in a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>How much of it was found, and the first run.</returns>
    public Overlap Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var windows = new MatchWindows(text, Options.Words, Options.Ideographs);
        int runs = 0;
        int covered = 0;
        int coveredTo = 0;
        (string? task, int item, int start, int length) = ((string?)null, 0, 0, 0);
        while (windows.Next())
        {
            int place = _runs.Find(windows.Hash);
            if (place < 0)
            {
                continue;
            }

            if (runs++ == 0)
            {
                task = _tasks[_places[place].Task].Name;
                item = _places[place].Item;
                start = windows.Start;
                length = windows.End - windows.Start;
            }

            covered += windows.End - Math.Max(windows.Start, coveredTo);
            coveredTo = windows.End;
        }

        float share = (float)covered / Math.Max(1, text.Length);
        return new Overlap(runs, share, task, item, new TextSpan(start, length, "run"));
    }
}
