using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>Who duplicated whom: the documents that stay, and how many went because of each.</summary>
public sealed class DuplicateClusters
{
    private readonly Dictionary<DocumentSource, DuplicateCluster> _clusters = [];

    /// <summary>Gathers decisions that match a document. Memory: the documents that stay.</summary>
    /// <param name="decisions">Of one corpus stage.</param>
    public DuplicateClusters(IEnumerable<Decision> decisions)
    {
        ArgumentNullException.ThrowIfNull(decisions);
        foreach (Decision decision in decisions)
        {
            if (decision.MatchedId is { } id)
            {
                int duplicates = _clusters.TryGetValue(decision.MatchedSource, out DuplicateCluster? cluster)
                    ? cluster.Duplicates
                    : 0;
                _clusters[decision.MatchedSource] = new DuplicateCluster(id, decision.MatchedSource, duplicates + 1);
            }
        }
    }

    /// <summary>Number of clusters.</summary>
    public int Count => _clusters.Count;

    /// <summary>Number of duplicates.</summary>
    public long Duplicates => _clusters.Values.Sum(cluster => (long)cluster.Duplicates);

    /// <summary>How many clusters there are of each size, the document that stays included, ascending.</summary>
    public IReadOnlyList<(int Size, int Clusters)> Sizes =>
    [
        .. _clusters.Values.CountBy(cluster => cluster.Duplicates + 1).OrderBy(pair => pair.Key)
            .Select(pair => (pair.Key, pair.Value)),
    ];

    /// <summary>The largest clusters, the largest first, then by source.</summary>
    /// <param name="count">At most so many.</param>
    public IReadOnlyList<DuplicateCluster> Largest(int count) =>
    [
        .. _clusters.Values.OrderByDescending(cluster => cluster.Duplicates)
            .ThenBy(cluster => cluster.Source.File, StringComparer.Ordinal).ThenBy(cluster => cluster.Source.Offset)
            .ThenBy(cluster => cluster.Source.Index).Take(count),
    ];
}

/// <summary>A document that stays, with its duplicates.</summary>
/// <param name="Id">Of the document that stays.</param>
/// <param name="Source">Where that was read.</param>
/// <param name="Duplicates">How many documents repeat it.</param>
public sealed record DuplicateCluster(string Id, DocumentSource Source, int Duplicates);
