using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>The bounds of one stage, each with the bounds to try in its place.</summary>
/// <param name="step">Name of the step.</param>
/// <param name="stage">Name of the stage.</param>
/// <param name="pass">Its pass.</param>
/// <param name="first">Where its values begin among those of the pass.</param>
/// <param name="measures">What it measures.</param>
internal sealed class StageBounds(string step, string stage, long pass, int first, Measure[] measures)
{
    private readonly Bound[] _bounds =
    [
        .. measures.Index().SelectMany(item => (Bound[])
        [
            .. item.Item.Min is { } min ? [new Bound(item.Index, IsMin: true, min)] : (Bound[])[],
            .. item.Item.Max is { } max ? [new Bound(item.Index, IsMin: false, max)] : (Bound[])[],
        ]),
    ];

    private long _documents;
    private long _removed;

    public long Pass { get; } = pass;

    public int First { get; } = first;

    public Measure[] Measures { get; } = measures;

    /// <summary>Whether there is any.</summary>
    public bool HasBounds => _bounds.Length > 0;

    /// <summary>Takes a document into the sample from which bounds to try are chosen.</summary>
    public void Sample(ReadOnlySpan<float> values)
    {
        foreach (Bound bound in _bounds)
        {
            if (float.IsFinite(values[bound.Measure]))
            {
                bound.Sample.Add(values[bound.Measure]);
            }
        }
    }

    /// <summary>
    /// Chooses bounds to try: the present one, and quantiles of the sample, of all values and of the different ones,
    /// because many a measure is nothing for most documents.
    /// </summary>
    public void ChoosePoints(int count)
    {
        foreach (Bound bound in _bounds)
        {
            float[] all = [.. bound.Sample.Order()];
            float[] different = [.. all.Distinct()];
            bound.Points =
                [.. Quantiles(all, count).Concat(Quantiles(different, count)).Append(bound.Present).Distinct().Order()];
            bound.Crossed = new long[bound.Points.Length + 1];
            bound.Sample.Clear();
        }
    }

    /// <summary>Counts a document that came to the stage.</summary>
    public void Count(ReadOnlySpan<float> values)
    {
        _documents++;
        int broken = 0;
        foreach (Bound bound in _bounds)
        {
            broken += bound.IsBrokenBy(values[bound.Measure]) ? 1 : 0;
        }

        _removed += broken > 0 ? 1 : 0;
        foreach (Bound bound in _bounds)
        {
            float value = values[bound.Measure];
            if (broken > (bound.IsBrokenBy(value) ? 1 : 0))
            {
                bound.ByOthers++;
            }
            else if (!float.IsNaN(value))
            {
                bound.Crossed[bound.FirstBeyond(value)]++;
            }
        }
    }

    /// <summary>The curves.</summary>
    public IEnumerable<BoundCurve> Curves() => _bounds.Select(bound => new BoundCurve(
        step, stage, Measures[bound.Measure], bound.IsMin ? "min" : "max", _documents, _removed, bound.ByOthers,
        bound.Curve()));

    private static IEnumerable<float> Quantiles(float[] ascending, int count) => ascending.Length == 0 ? []
        : Enumerable.Range(0, count + 1).Select(i => ascending[(int)((ascending.Length - 1L) * i / count)]);

    /// <summary>One bound.</summary>
    private sealed record Bound(int Measure, bool IsMin, float Present)
    {
        public List<float> Sample { get; } = [];

        /// <summary>Bounds to try, ascending.</summary>
        public float[] Points { get; set; } = [];

        /// <summary>
        /// At i: documents that no other bound removes, and whose value lies below the point i and not below the one
        /// before; for an upper bound, not above the point i and above the one before.
        /// </summary>
        public long[] Crossed { get; set; } = [];

        public long ByOthers { get; set; }

        public bool IsBrokenBy(float value) => IsMin ? value < Present : value > Present;

        public int FirstBeyond(float value)
        {
            int index = Array.BinarySearch(Points, value);
            return index < 0 ? ~index : IsMin ? index + 1 : index;
        }

        public IReadOnlyList<BoundPoint> Curve()
        {
            // A lower bound removes what lies below it, an upper one all that lies above.
            long below = 0;
            long all = Crossed.Sum();
            return
            [
                .. Points.Select((point, i) =>
                {
                    below += Crossed[i];
                    return new BoundPoint(point, ByOthers + (IsMin ? below : all - below));
                }),
            ];
        }
    }
}
