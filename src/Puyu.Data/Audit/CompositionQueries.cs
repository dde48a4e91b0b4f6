using System.Text.Json;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>Asks a ledger where documents came from.</summary>
internal static class CompositionQueries
{
    private const int LargestFiles = 20;
    private const int Reasons = 20;
    private const int Records = 50;

    /// <summary>Everything on it.</summary>
    public static RunComposition Read(LedgerDatabase ledger, string recipe)
    {
        var ofSource = new List<OriginShare>(Patterns(recipe).Select(pattern => Nothing(pattern)));
        var largest = new PriorityQueue<OriginShare, (long Bytes, string Name)>(
            Comparer<(long Bytes, string Name)>.Create((a, b) => a.Bytes != b.Bytes
                ? a.Bytes.CompareTo(b.Bytes) : string.CompareOrdinal(b.Name, a.Name)));
        long files = 0;
        foreach (OriginShare file in Files(ledger))
        {
            files += file.Documents > 0 ? 1 : 0;
            int source = ofSource.FindIndex(share => FilePattern.IsOf(share.Name, file.Name));
            if (source >= 0)
            {
                ofSource[source] = Sum(ofSource[source], file);
            }

            largest.Enqueue(file, (file.Bytes, file.Name));
            if (largest.Count > LargestFiles)
            {
                largest.Dequeue();
            }
        }

        var ascending = new List<OriginShare>();
        while (largest.TryDequeue(out OriginShare? file, out _))
        {
            ascending.Add(file);
        }

        ascending.Reverse();
        return new RunComposition(
            ofSource, ascending, files, Languages(ledger), QuarantineReasons(ledger), Quarantined(ledger));
    }

    private static IEnumerable<string> Patterns(string recipe)
    {
        using var json = JsonDocument.Parse(recipe);
        return [.. json.RootElement.GetProperty("sources").EnumerateArray()
            .Select(source => source.GetProperty("path").GetString()!)];
    }

    private static IEnumerable<OriginShare> Files(LedgerDatabase ledger) => ledger.Stream("""
        SELECT f.path, COUNT(d.id), COALESCE(SUM(d.bytes), 0), COUNT(o.document), COALESCE(SUM(o.bytes), 0),
            (SELECT COUNT(*) FROM quarantine q WHERE q.file = f.id)
        FROM files f JOIN documents d ON d.file = f.id LEFT JOIN outputs o ON o.document = d.id GROUP BY f.id
        UNION ALL
        SELECT f.path, 0, 0, 0, 0, COUNT(*) FROM quarantine q JOIN files f ON f.id = q.file
        WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.file = f.id) GROUP BY f.id
        """, row => new OriginShare(
            row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)));

    private static List<LanguageShare> Languages(LedgerDatabase ledger)
    {
        List<(string Language, long Documents)> removed = ledger.Query("""
            SELECT x.note, COUNT(*) FROM decisions x JOIN stages s ON s.id = x.stage
            WHERE s.stage = 'language' AND x.removed = 1 AND x.note IS NOT NULL GROUP BY x.note
            """, row => (row.GetString(0), row.GetInt64(1)));
        List<LanguageShare> kept = ledger.Query(
            "SELECT language, COUNT(*), SUM(bytes) FROM outputs GROUP BY language",
            row => new LanguageShare(LedgerDatabase.Text(row, 0), row.GetInt64(1), row.GetInt64(2), 0));
        IEnumerable<LanguageShare> all =
        [
            .. kept.Select(share => share with
            {
                Removed = removed.Find(row => row.Language == share.Language).Documents,
            }),
            .. removed.Where(row => kept.TrueForAll(share => share.Language != row.Language))
                .Select(row => new LanguageShare(row.Language, 0, 0, row.Documents)),
        ];
        return
        [
            .. all.OrderByDescending(share => share.Kept).ThenByDescending(share => share.Removed)
                .ThenBy(share => share.Language, StringComparer.Ordinal),
        ];
    }

    private static List<QuarantineReason> QuarantineReasons(LedgerDatabase ledger) => ledger.Query($"""
        SELECT reason, COUNT(*) AS records FROM quarantine GROUP BY reason ORDER BY records DESC, reason LIMIT {Reasons}
        """, row => new QuarantineReason(row.GetString(0), row.GetInt64(1)));

    private static List<QuarantinedRecord> Quarantined(LedgerDatabase ledger) => ledger.Query($"""
        SELECT f.path, q.offset, q.reason FROM quarantine q JOIN files f ON f.id = q.file
        ORDER BY f.path, q.offset, q.rowid LIMIT {Records}
        """, row => new QuarantinedRecord(row.GetString(0), row.GetInt64(1), row.GetString(2)));

    private static OriginShare Nothing(string name) => new(name, 0, 0, 0, 0, 0);

    private static OriginShare Sum(OriginShare source, OriginShare file) => source with
    {
        Documents = source.Documents + file.Documents,
        Bytes = source.Bytes + file.Bytes,
        Kept = source.Kept + file.Kept,
        KeptBytes = source.KeptBytes + file.KeptBytes,
        Quarantined = source.Quarantined + file.Quarantined,
    };
}
