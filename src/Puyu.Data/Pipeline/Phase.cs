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
    /// <summary>Whether several tasks may share it.</summary>
    public bool IsShared => Kind is PhaseKind.Parts or PhaseKind.Files;

    /// <summary>For people.</summary>
    public string Title => Kind switch
    {
        PhaseKind.Parts => string.Join(", ",
            [.. Passes.Select(pass => pass.Title), Corpus is null ? "output" : $"{Corpus.Title} (summaries)"]),
        PhaseKind.Decision => $"{Corpus!.Title} (decisions)",
        PhaseKind.Mixture => "mixture",
        PhaseKind.Files => "tokens",
        _ => "ledger",
    };

    /// <summary>
    /// The phases of a run: parts, decision, parts, …, parts; mixture and files where it writes tokens; ledger.
    /// </summary>
    public static IReadOnlyList<Phase> Of(IReadOnlyList<Pass> passes, bool writesTokens)
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
        if (writesTokens)
        {
            phases.Add(new Phase(phases.Count, PhaseKind.Mixture, [], null));
            phases.Add(new Phase(phases.Count, PhaseKind.Files, [], null));
        }

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

    /// <summary>What each output of tokens takes, and in which order.</summary>
    Mixture,

    /// <summary>Every file of tokens by itself.</summary>
    Files,

    /// <summary>The ledgers of all parts become one.</summary>
    Ledger,
}
