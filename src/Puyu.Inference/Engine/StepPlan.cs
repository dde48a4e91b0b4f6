namespace Puyu.Inference.Engine;

/// <summary>Tokens of a sequence that go through the model in a step.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="First">Its first token that does.</param>
/// <param name="Count">How many do.</param>
/// <param name="RopeLength">Length on which their rotation depends; 0 where it depends on none.</param>
internal readonly record struct ScheduledRows(Sequence Sequence, int First, int Count, int RopeLength)
{
    /// <summary>Tokens of the draft among them.</summary>
    public int Drafted => Math.Max(0, First + Count - Sequence.Count);

    /// <summary>Whether these are all that the model has yet to see, so that the next token can be drawn.</summary>
    public bool IsLast => First + Count >= Sequence.Count;
}

/// <summary>What goes through the model in a step.</summary>
internal sealed class StepPlan
{
    private readonly List<ScheduledRows> _rows = [];
    private readonly List<ScheduledRows> _group = [];

    /// <summary>All rows.</summary>
    public IReadOnlyList<ScheduledRows> Rows => _rows;

    /// <summary>Tokens of all rows.</summary>
    public int Tokens { get; private set; }

    /// <summary>Empties the plan.</summary>
    public void Clear()
    {
        _rows.Clear();
        Tokens = 0;
    }

    /// <summary>Adds the rows of a sequence that has none yet.</summary>
    public void Add(ScheduledRows rows)
    {
        _rows.Add(rows);
        Tokens += rows.Count;
    }

    /// <summary>Takes the rows of a sequence out, if there are any.</summary>
    public void Remove(Sequence sequence)
    {
        int index = _rows.FindIndex(rows => rows.Sequence == sequence);
        if (index >= 0)
        {
            Tokens -= _rows[index].Count;
            _rows.RemoveAt(index);
        }
    }

    /// <summary>
    /// Takes the next rows that go through the model together: those of one rotation, the rows of an adapter one
    /// behind the other.
    /// </summary>
    /// <returns>Null when none are left. Valid until the next call.</returns>
    public List<ScheduledRows>? TakeGroup()
    {
        _group.Clear();
        for (int i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].RopeLength == _rows[0].RopeLength)
            {
                _group.Add(_rows[i]);
            }
        }

        if (_group.Count == 0)
        {
            return null;
        }

        int ropeLength = _rows[0].RopeLength;
        int kept = 0;
        for (int i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].RopeLength != ropeLength)
            {
                _rows[kept++] = _rows[i];
            }
        }

        _rows.RemoveRange(kept, _rows.Count - kept);
        _group.Sort(static (x, y) => x.Sequence.Salt.Adapter.CompareTo(y.Sequence.Salt.Adapter));
        return _group;
    }
}
