using Microsoft.Data.Sqlite;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>Counts documents by pass and by stage while the ledger is filled.</summary>
internal sealed class LedgerCounts
{
    private readonly IReadOnlyList<Pass> _passes;
    private readonly PassCounts[] _ofPass;
    private readonly StageCounts[][] _ofStage; // [pass][stage of the pass]
    private readonly int[] _firstStage; // number of the first stage of a pass, among all stages

    /// <summary>All counts are 0.</summary>
    public LedgerCounts(IReadOnlyList<Pass> passes)
    {
        _passes = passes;
        _ofPass = new PassCounts[passes.Count];
        _ofStage = [.. passes.Select(pass => new StageCounts[pass.Stages.Count])];
        _firstStage = new int[passes.Count];
        for (int i = 1; i < passes.Count; i++)
        {
            _firstStage[i] = _firstStage[i - 1] + passes[i - 1].Stages.Count;
        }
    }

    /// <summary>Counts of a pass.</summary>
    public ref PassCounts Of(Pass pass) => ref _ofPass[pass.Index];

    /// <summary>Counts of a stage of a pass.</summary>
    public ref StageCounts Of(Pass pass, int stage) => ref _ofStage[pass.Index][stage];

    /// <summary>Number of a stage of a pass among all stages, from 0.</summary>
    public int IdOf(Pass pass, int stage) => _firstStage[pass.Index] + stage;

    /// <summary>Writes passes, stages and measures.</summary>
    public void Write(SqliteConnection ledger)
    {
        using var passes = new Insert(ledger, "passes", 6);
        using var stages = new Insert(ledger, "stages", 9);
        using var measures = new Insert(ledger, "measures", 6);
        foreach (Pass pass in _passes)
        {
            PassCounts ofPass = Of(pass);
            passes.Add(pass.Index, pass.Step, ofPass.DocumentsIn, ofPass.BytesIn, ofPass.DocumentsOut, ofPass.BytesOut);
            int position = 0;
            for (int i = 0; i < pass.Stages.Count; i++)
            {
                RecipeStage stage = pass.Stages[i];
                StageCounts ofStage = Of(pass, i);
                stages.Add(
                    IdOf(pass, i), pass.Index, pass.Step, stage.Name, stage.Corpus is null ? 0 : 1,
                    ofStage.DocumentsIn, ofStage.Removed, ofStage.Changed, ofStage.RemovedBytes);
                for (int k = 0; k < stage.Measures.Count; k++)
                {
                    Measure measure = stage.Measures[k];
                    measures.Add(IdOf(pass, i), k, position++, measure.Name, measure.Min, measure.Max);
                }
            }
        }
    }
}

/// <summary>What went into a pass and what came out.</summary>
internal record struct PassCounts(long DocumentsIn, long BytesIn, long DocumentsOut, long BytesOut);

/// <summary>What a stage did. The bytes that it removed are of the texts as they came to its pass.</summary>
internal record struct StageCounts(long DocumentsIn, long Removed, long Changed, long RemovedBytes);
