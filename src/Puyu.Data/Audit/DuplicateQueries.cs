using Microsoft.Data.Sqlite;

namespace Puyu.Data.Audit;

/// <summary>Asks a ledger who repeats whom.</summary>
internal static class DuplicateQueries
{
    private const int LargestClusters = 10;
    private const int Members = 8;

    // The files of a repository become parts of one document, which is no repetition.
    private const string IsDuplicate = "x.matchedFile IS NOT NULL AND x.rule <> 'part-of-repository'";

    /// <summary>All of them, by stage and by the document that stays.</summary>
    public static IEnumerable<DuplicatePair> Pairs(LedgerDatabase ledger) => ledger.Stream($"""
        SELECT s.step, s.stage, x.rule, x.removed, d.name, p.path, d.offset, d.number, x.matchedName, f.path,
            x.matchedOffset, x.matchedNumber, x.value, x.bound
        FROM stages s JOIN decisions x ON x.stage = s.id JOIN documents d ON d.id = x.document
        JOIN files p ON p.id = d.file JOIN files f ON f.id = x.matchedFile
        WHERE {IsDuplicate} ORDER BY x.stage, x.matchedFile, x.matchedOffset, x.matchedNumber, x.document
        """, row => new DuplicatePair(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3) == 1, row.GetString(4),
            Source(row, 5), row.GetString(8), Source(row, 9), LedgerDatabase.Float(row, 12),
            LedgerDatabase.Float(row, 13)));

    /// <summary>Clusters of the stages that removed duplicates: how many of which size, and the largest.</summary>
    public static IReadOnlyList<DuplicateSummary> Summaries(LedgerDatabase ledger)
    {
        List<(long Id, string Step, string Stage)> stages = ledger.Query(
            "SELECT id, step, stage FROM stages WHERE isCorpus = 1 ORDER BY id",
            row => (row.GetInt64(0), row.GetString(1), row.GetString(2)));
        return
        [
            .. stages.Select(stage => Summary(ledger, stage.Id, stage.Step, stage.Stage))
                .Where(summary => summary.Duplicates > 0),
        ];
    }

    private static DuplicateSummary Summary(LedgerDatabase ledger, long stage, string step, string name)
    {
        var sizes = new SortedDictionary<long, long>();
        var largest = new SortedSet<Cluster>();
        foreach (Cluster cluster in ledger.Stream($"""
            SELECT COUNT(*), MIN(x.matchedName), f.path, x.matchedOffset, x.matchedNumber, x.matchedFile
            FROM decisions x JOIN files f ON f.id = x.matchedFile
            WHERE x.stage = $a AND x.removed = 1 AND {IsDuplicate}
            GROUP BY x.matchedFile, x.matchedOffset, x.matchedNumber
            """, row => new Cluster(row.GetInt64(0), row.GetString(1), Source(row, 2), row.GetInt64(5)), ("$a", stage)))
        {
            long size = cluster.Duplicates + 1;
            sizes[size] = sizes.GetValueOrDefault(size) + 1;
            largest.Add(cluster);
            if (largest.Count > LargestClusters)
            {
                largest.Remove(largest.Max!);
            }
        }

        return new DuplicateSummary(
            step, name, sizes.Sum(size => (size.Key - 1) * size.Value), sizes.Values.Sum(),
            [.. sizes.Select(size => new ClusterSize(size.Key, size.Value))],
            [.. largest.Select(cluster => Describe(ledger, stage, cluster))]);
    }

    private static DuplicateCluster Describe(LedgerDatabase ledger, long stage, Cluster cluster)
    {
        DocumentSource source = cluster.Source;
        List<DuplicateMember> members = ledger.Query($"""
            SELECT d.name, f.path, d.offset, d.number, x.value
            FROM decisions x JOIN documents d ON d.id = x.document JOIN files f ON f.id = d.file
            WHERE x.stage = $a AND x.removed = 1 AND {IsDuplicate}
                AND x.matchedFile = $b AND x.matchedOffset = $c AND x.matchedNumber = $d
            ORDER BY x.document LIMIT {Members}
            """, row => new DuplicateMember(row.GetString(0), Source(row, 1), LedgerDatabase.Float(row, 4)),
            ("$a", stage), ("$b", cluster.File), ("$c", source.Offset), ("$d", source.Index));
        return new DuplicateCluster(
            cluster.Id, source, ledger.Find(source) is { } survivor ? survivor.IsKept : null,
            cluster.Duplicates, members);
    }

    private static DocumentSource Source(SqliteDataReader row, int column) =>
        new(row.GetString(column), row.GetInt64(column + 1), row.GetInt32(column + 2));

    /// <summary>Ordered by size, the largest first, then by source.</summary>
    private sealed record Cluster(long Duplicates, string Id, DocumentSource Source, long File) : IComparable<Cluster>
    {
        public int CompareTo(Cluster? other)
        {
            ArgumentNullException.ThrowIfNull(other);
            int order = other.Duplicates.CompareTo(Duplicates);
            order = order != 0 ? order : string.CompareOrdinal(Source.File, other.Source.File);
            order = order != 0 ? order : Source.Offset.CompareTo(other.Source.Offset);
            return order != 0 ? order : Source.Index.CompareTo(other.Source.Index);
        }
    }
}
