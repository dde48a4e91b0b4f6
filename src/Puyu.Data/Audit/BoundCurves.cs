using System.Runtime.InteropServices;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>
/// Counts for every bound of a run how many documents its stage would remove with the bound elsewhere and all others as
/// they are.
/// </summary>
/// <remarks>
/// The ledger is gone through twice: for the bounds to try, quantiles of a sample of the values, and to count exactly.
/// </remarks>
internal static class BoundCurves
{
    private const int Sampled = 20_000;
    private const int Points = 24;

    /// <summary>The curves, in the order of stages and measures, the lower bound of a measure first.</summary>
    public static IReadOnlyList<BoundCurve> Of(
        LedgerDatabase ledger, LedgerFunnel funnel, CancellationToken cancellationToken)
    {
        List<StageBounds> stages = Stages(ledger);
        ILookup<long, StageBounds> ofPass = stages.ToLookup(stage => stage.Pass);
        ulong every = (ulong)Math.Max(1, funnel.Documents / Sampled);
        Visit(
            ledger, ofPass, (stage, document, values) =>
            {
                if (Hashing.Mix((ulong)document) % every == 0)
                {
                    stage.Sample(values);
                }
            }, cancellationToken);
        stages.ForEach(stage => stage.ChoosePoints(Points));
        Visit(ledger, ofPass, static (stage, _, values) => stage.Count(values), cancellationToken);
        return [.. stages.SelectMany(stage => stage.Curves())];
    }

    private static void Visit(
        LedgerDatabase ledger, ILookup<long, StageBounds> ofPass,
        Action<StageBounds, long, ReadOnlySpan<float>> visit, CancellationToken cancellationToken)
    {
        foreach ((long document, long pass, byte[] blob) in ledger.Stream(
            """SELECT document, pass, "values" FROM measurements""",
            row => (row.GetInt64(0), row.GetInt64(1), (byte[])row.GetValue(2))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(blob);
            foreach (StageBounds stage in ofPass[pass])
            {
                if (values.Length > stage.First)
                {
                    visit(stage, document, values.Slice(stage.First, stage.Measures.Length));
                }
            }
        }
    }

    private static List<StageBounds> Stages(LedgerDatabase ledger)
    {
        var rows = ledger.Query("""
            SELECT s.id, s.step, s.stage, s.pass, m.position, m.name, m.min, m.max
            FROM measures m JOIN stages s ON s.id = m.stage ORDER BY s.id, m.number
            """, row => (
                Id: row.GetInt64(0), Step: row.GetString(1), Stage: row.GetString(2), Pass: row.GetInt64(3),
                Position: row.GetInt32(4),
                Measure: new Measure(row.GetString(5), LedgerDatabase.Bound(row, 6), LedgerDatabase.Bound(row, 7))));
        return
        [
            .. rows.GroupBy(row => row.Id).Select(stage => new StageBounds(
                stage.First().Step, stage.First().Stage, stage.First().Pass, stage.First().Position,
                [.. stage.Select(row => row.Measure)])).Where(stage => stage.HasBounds),
        ];
    }
}

/// <summary>How many documents a stage would remove with one bound elsewhere.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Measure">The measure with its bounds.</param>
/// <param name="Side"><c>min</c> or <c>max</c>: which bound is moved.</param>
/// <param name="Documents">That came to the stage.</param>
/// <param name="Removed">That the stage removes with the bound as it is.</param>
/// <param name="RemovedByOthers">That it removes without this bound; the points never go below.</param>
/// <param name="Points">Bounds to try, ascending, the present one among them, and what the stage would remove.</param>
public sealed record BoundCurve(
    string Step, string Stage, Measure Measure, string Side, long Documents, long Removed, long RemovedByOthers,
    IReadOnlyList<BoundPoint> Points);

/// <summary>A bound to try.</summary>
/// <param name="Bound">The bound.</param>
/// <param name="Removed">Documents that the stage would remove.</param>
public sealed record BoundPoint(float Bound, long Removed);
