using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>What a finished run did and what its result is like, from its ledger; nothing is run again.</summary>
public sealed record RunStatistics
{
    /// <summary>How many documents went how far.</summary>
    public required LedgerFunnel Funnel { get; init; }

    /// <summary>What each rule did, in the order of the stages, in a stage in that of the names.</summary>
    public required IReadOnlyList<RuleCount> Rules { get; init; }

    /// <summary>How the texts of the result are distributed.</summary>
    public required TextProfile Profile { get; init; }

    /// <summary>What other bounds would have removed, for every bound of the recipe.</summary>
    public required IReadOnlyList<BoundCurve> Bounds { get; init; }

    /// <summary>A few documents of each rule, chosen by the hash of their places, then some of the result.</summary>
    public required IReadOnlyList<LedgerSample> Samples { get; init; }

    /// <summary>Clusters of duplicates, for each stage that found some.</summary>
    public required IReadOnlyList<DuplicateSummary> Duplicates { get; init; }

    /// <summary>Where documents came from, what could not be read, and which languages there are.</summary>
    public required RunComposition Composition { get; init; }

    /// <summary>The recipe as canonical JSON.</summary>
    public required string Recipe { get; init; }

    /// <summary>
    /// Reads the ledger in the folder of a run and, where the recipe has no stage <c>statistics</c>, the finished
    /// documents once. Memory does not grow with their number.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="FileNotFoundException">No run was finished there, or a finished file is gone.</exception>
    /// <exception cref="InvalidDataException">
    /// The ledger is damaged or of another version, or a finished file has other documents than the ledger says.
    /// </exception>
    public static RunStatistics Read(string folder, CancellationToken cancellationToken)
    {
        using LedgerDatabase ledger = LedgerDatabase.Open(folder);
        string recipe = ledger.Query(
            "SELECT value FROM meta WHERE name = $a", row => row.GetString(0), ("$a", LedgerSchema.RecipeName))[0];
        LedgerFunnel funnel = ledger.Funnel();
        return new RunStatistics
        {
            Funnel = funnel,
            Rules = RuleQueries.Counts(ledger),
            Profile = ProfileReader.Read(ledger, folder, recipe, funnel, cancellationToken),
            Bounds = BoundCurves.Of(ledger, funnel, cancellationToken),
            Samples = RuleQueries.Samples(ledger),
            Duplicates = DuplicateQueries.Summaries(ledger),
            Composition = CompositionQueries.Read(ledger, recipe),
            Recipe = recipe,
        };
    }
}

/// <summary>What one rule did.</summary>
/// <param name="StageIndex">Of its stage in <see cref="LedgerFunnel.Stages"/>.</param>
/// <param name="Step">Name of the step.</param>
/// <param name="Stage">Name of the stage, which a step may have twice.</param>
/// <param name="Rule">Which rule: of a stage over single documents, the measure.</param>
/// <param name="Removed">Documents that went because of it, as the first bound of the stage that they broke.</param>
/// <param name="Changed">Documents that a corpus stage changed because of it.</param>
public sealed record RuleCount(
    int StageIndex, string Step, string Stage, string Rule, long Removed, long Changed);

/// <summary>One of the documents that a report shows.</summary>
/// <param name="Document">The document.</param>
/// <param name="Removal">Why it went; null if it is in the result.</param>
/// <param name="Excerpt">
/// How its text begins, on one line: as it came to the stage that removed it, or as it was written.
/// </param>
public sealed record LedgerSample(LedgerDocument Document, LedgerDecision? Removal, string Excerpt);

/// <summary>Where documents came from, and which languages there are.</summary>
/// <param name="Sources">For each source of the recipe, in order.</param>
/// <param name="Files">The files with the most text, the largest first.</param>
/// <param name="FileCount">How many files documents were read from.</param>
/// <param name="Languages">As metadata names them, the most frequent first.</param>
/// <param name="QuarantineReasons">Why records could not be read, the most frequent first; the first ones.</param>
/// <param name="Quarantined">The first records that could not be read, by file and offset.</param>
public sealed record RunComposition(
    IReadOnlyList<OriginShare> Sources, IReadOnlyList<OriginShare> Files, long FileCount,
    IReadOnlyList<LanguageShare> Languages, IReadOnlyList<QuarantineReason> QuarantineReasons,
    IReadOnlyList<QuarantinedRecord> Quarantined);

/// <summary>What came from a source, and what is left of it.</summary>
/// <param name="Name">Pattern of the source, or path of the file.</param>
/// <param name="Documents">Read.</param>
/// <param name="Bytes">Of their texts in UTF-8.</param>
/// <param name="Kept">In the result.</param>
/// <param name="KeptBytes">Of their texts in UTF-8, as they were written.</param>
/// <param name="Quarantined">Records that could not be read.</param>
public sealed record OriginShare(
    string Name, long Documents, long Bytes, long Kept, long KeptBytes, long Quarantined);

/// <summary>How many documents have a language.</summary>
/// <param name="Language">As metadata names it; null of documents whose metadata names none.</param>
/// <param name="Kept">In the result.</param>
/// <param name="KeptBytes">Of their texts in UTF-8.</param>
/// <param name="Removed">That a stage <c>language</c> removed.</param>
public sealed record LanguageShare(string? Language, long Kept, long KeptBytes, long Removed);

/// <summary>Why records could not be read.</summary>
/// <param name="Reason">One sentence.</param>
/// <param name="Records">How many.</param>
public sealed record QuarantineReason(string Reason, long Records);
