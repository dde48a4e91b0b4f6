namespace Puyu.Data.Decontamination;

/// <summary>Gathers the runs of one evaluation set.</summary>
/// <param name="options">How long a run is.</param>
internal sealed class TaskBuilder(DecontaminationOptions options)
{
    private readonly Dictionary<ulong, (int First, int Last, int Items)> _runs = [];
    private int _items;
    private int _short;

    /// <summary>Adds an item.</summary>
    public void Add(string item)
    {
        var windows = new MatchWindows(item, options.Words, options.Ideographs);
        bool hasRuns = false;
        while (windows.Next())
        {
            hasRuns = true;
            _runs[windows.Hash] = !_runs.TryGetValue(windows.Hash, out (int First, int Last, int Items) run)
                ? (_items, _items, 1)
                : run.Last == _items ? run : (run.First, _items, run.Items + 1);
        }

        _short += hasRuns ? 0 : 1;
        _items++;
    }

    /// <summary>The task. Runs that many items share are left out.</summary>
    public EvaluationTask Finish(string name)
    {
        var kept = _runs.Where(run => run.Value.Items < options.TemplateItems && run.Key != 0)
            .OrderBy(run => run.Key).ToList();
        return new EvaluationTask(name, _items, _short)
        {
            Hashes = [.. kept.Select(run => run.Key)],
            Items = [.. kept.Select(run => run.Value.First)],
        };
    }
}
