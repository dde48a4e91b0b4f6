using Microsoft.Data.Sqlite;

namespace Puyu.Data.Audit;

/// <summary>A few documents of each rule, and of the result, with how they begin.</summary>
/// <remarks>
/// The files of the parts have the excerpts of their own least keys, so those of the whole run are among them.
/// </remarks>
internal sealed class SampleRows
{
    /// <summary>How many documents that went because of one rule.</summary>
    public const int OfRule = 4;

    /// <summary>How many documents of the result.</summary>
    public const int OfOutput = 12;

    private readonly LeastKeys<(int Stage, string Rule), (long Document, string Text)> _removed = new(OfRule);
    private readonly LeastKeys<int, (long Document, string Text)> _kept = new(OfOutput);

    /// <summary>A document that a rule removed.</summary>
    public void Add(int stage, string rule, UInt128 key, long document, string text) =>
        _removed.Offer((stage, rule), key, (document, text));

    /// <summary>A document of the result.</summary>
    public void Add(UInt128 key, long document, string text) => _kept.Offer(0, key, (document, text));

    /// <summary>Writes them: stages in order, in each rule by key, those of the result without a stage.</summary>
    public void Write(SqliteConnection ledger)
    {
        using var samples = new Insert(ledger, "samples", 3);
        foreach (((int stage, string rule), IList<(long Document, string Text)> items) in _removed.Groups
            .OrderBy(group => group.Group.Stage).ThenBy(group => group.Group.Rule, StringComparer.Ordinal))
        {
            foreach ((long document, string text) in items)
            {
                samples.Add(document, stage, text);
            }
        }

        foreach ((long document, string text) in _kept.Groups.SelectMany(group => group.Items))
        {
            samples.Add(document, null, text);
        }
    }
}
