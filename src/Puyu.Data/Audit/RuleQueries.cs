namespace Puyu.Data.Audit;

/// <summary>Asks a ledger what each rule did.</summary>
internal static class RuleQueries
{
    /// <summary>Removals and changes, by stage and rule.</summary>
    public static IReadOnlyList<RuleCount> Counts(LedgerDatabase ledger) => ledger.Query("""
        SELECT x.stage, s.step, s.stage, x.rule, SUM(x.removed), SUM(1 - x.removed)
        FROM decisions x JOIN stages s ON s.id = x.stage GROUP BY x.stage, x.rule ORDER BY x.stage, x.rule
        """, row => new RuleCount(
            row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5)));

    /// <summary>The samples, as they were chosen when the ledger was made.</summary>
    public static IReadOnlyList<LedgerSample> Samples(LedgerDatabase ledger)
    {
        List<(long Document, bool IsRemoved, string Excerpt)> samples = ledger.Query(
            "SELECT document, stage IS NOT NULL, text FROM samples ORDER BY rowid",
            row => (row.GetInt64(0), row.GetInt64(1) == 1, row.GetString(2)));
        return
        [
            .. samples.Select(sample =>
            {
                LedgerDocument document = ledger.Documents("WHERE d.id = $a", ("$a", sample.Document))[0];
                return new LedgerSample(
                    document, sample.IsRemoved ? ledger.DecisionsOn(document)[^1] : null, sample.Excerpt);
            }),
        ];
    }
}
