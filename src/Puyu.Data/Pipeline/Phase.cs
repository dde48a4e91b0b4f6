namespace Puyu.Data.Pipeline;

/// <summary>What can be done once everything before it is done.</summary>
/// <param name="Index">Among the phases of a run, from 0.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Passes">Of a phase over parts: what is done to each part, in order.</param>
/// <param name="Corpus">
/// Of a phase over parts: the corpus stage that each part is summarized for at the end, null to write the output.
/// Of a decision: the stage that decides.
/// </param>
internal sealed record Phase(int Index, PhaseKind Kind, IReadOnlyList<Pass> Passes, Pass? Corpus)
{
    /// <summary>For people.</summary>
    public string Title => Kind switch
    {
        PhaseKind.Parts => string.Join(", ",
            [.. Passes.Select(pass => pass.Title), Corpus is null ? "output" : $"{Corpus.Title} (summaries)"]),
        PhaseKind.Decision => $"{Corpus!.Title} (decisions)",
        _ => "ledger",
    };

    /// <summary>The phases of a run: parts, decision, parts, …, parts, ledger.</summary>
    public static IReadOnlyList<Phase> Of(IReadOnlyList<Pass> passes)
    {
        var phases = new List<Phase>();
        var run = new List<Pass>();
        foreach (Pass pass in passes)
        {
            if (pass.Corpus is not null)
            {
                phases.Add(new Phase(phases.Count, PhaseKind.Parts, [.. run], pass));
                phases.Add(new Phase(phases.Count, PhaseKind.Decision, [], pass));
                run.Clear();
            }

            run.Add(pass);
        }

        phases.Add(new Phase(phases.Count, PhaseKind.Parts, run, null));
        phases.Add(new Phase(phases.Count, PhaseKind.Ledger, [], null));
        return phases;
    }
}

/// <summary>Kinds of phases.</summary>
internal enum PhaseKind
{
    /// <summary>Every part by itself.</summary>
    Parts,

    /// <summary>One decision on all summaries.</summary>
    Decision,

    /// <summary>The ledgers of all parts become one.</summary>
    Ledger,
}
