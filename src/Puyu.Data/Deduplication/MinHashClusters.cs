using System.Collections;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>Decides which documents are near duplicates, from their summaries.</summary>
/// <remarks>
/// One pass over the summaries gives the ranking of the documents and the records of their bands; the records, sorted,
/// give the clusters of documents that shared bands connect; each cluster is gone through from its best document.
/// Everything is sorted in files, so the memory is that of the sorters, plus 8 bytes a document, plus the bands of
/// those documents of one cluster that stay.
/// </remarks>
internal sealed class MinHashClusters : IDisposable
{
    private readonly MinHashOptions _options;
    private readonly Banding _banding;
    private readonly SignaturePayload _payload;
    private readonly string _folder;
    private readonly MinHashIndex[] _indexes;
    private readonly ExternalSort<BandRecord> _bands;
    private readonly ExternalSort<Member> _members;
    private readonly Ranking _ranking;
    private readonly Removals _removals;
    private readonly UnionFind _clusters;
    private readonly BitArray _removed;

    private byte[] _current = [];
    private byte[] _other = [];

    public MinHashClusters(
        MinHashOptions options, Banding banding, IReadOnlyList<string> summaries, string folder)
    {
        _options = options;
        _banding = banding;
        _payload = new SignaturePayload(options);
        _folder = folder;
        _indexes = [.. options.Index.Select(path => MinHashIndex.Open(path, options))];
        _bands = new ExternalSort<BandRecord>(folder, "bands", options.MemoryBytes / 2);
        _members = new ExternalSort<Member>(folder, "members", options.MemoryBytes / 8);
        _ranking = Ranking.Of(
            [.. _indexes.Select(index => index.Survivors)], summaries, options, folder, AddBands);
        _removals = new Removals(_ranking, folder, options.MemoryBytes / 8);
        _clusters = new UnionFind(_ranking.Count);
        _removed = new BitArray(_ranking.Count);
    }

    /// <summary>The decisions, in ascending order of the keys.</summary>
    public IEnumerable<Decision> Decide()
    {
        JoinBands();
        if (_options.Verify == Verification.None)
        {
            TakeTheBest();
        }
        else
        {
            Compare();
        }

        if (_options.WriteIndex is { } path)
        {
            MinHashIndex.Write(path, _options, _ranking, _folder, Bands(), Representative);
        }

        return _removals.Decisions("near-duplicate", _options.Threshold);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bands.Dispose();
        _members.Dispose();
        _removals.Dispose();
        _ranking.Dispose();
    }

    private void AddBands(int ordinal, bool isIndexed, SummaryRecord record)
    {
        ReadOnlySpan<byte> payload = record.Payload;
        if (isIndexed || payload.Length == 0)
        {
            return; // an index has its bands in order already
        }

        ReadOnlySpan<uint> signature = _payload.Signature(payload);
        for (int band = 0; band < _banding.Bands; band++)
        {
            _bands.Add(new BandRecord(_banding.Key(signature, band), ordinal));
        }
    }

    /// <summary>The bands of all documents by hash, with ranks for ordinals.</summary>
    private IEnumerable<BandRecord> Bands()
    {
        var streams = new List<IEnumerable<BandRecord>>();
        int ordinal = 0;
        foreach (MinHashIndex index in _indexes)
        {
            int first = ordinal;
            streams.Add(index.Bands().Select(band => band with { Document = first + band.Document }));
            ordinal += index.Count;
        }

        streams.Add(_bands.Sorted());
        return SortedMerge.Of(streams).Select(band => band with { Document = _ranking.RankOf(band.Document) });
    }

    /// <summary>Equal bands are neighbours, and joining neighbours joins all.</summary>
    private void JoinBands()
    {
        BandRecord? last = null;
        foreach (BandRecord band in Bands())
        {
            if (last is { } previous && previous.Hash == band.Hash)
            {
                _clusters.Join(previous.Document, band.Document);
            }

            last = band;
        }
    }

    /// <summary>Of every cluster, the document of least rank stays; those of indexes do in any case.</summary>
    private void TakeTheBest()
    {
        int rank = 0;
        foreach (RankedDocument document in _ranking.All())
        {
            int best = _clusters.Root(rank);
            if (best != rank && rank >= _ranking.Indexed)
            {
                Remove(document, rank, best, _payload.Similarity(
                    _ranking.Read(rank, ref _current).Payload, _ranking.Read(best, ref _other).Payload));
            }

            rank++;
        }
    }

    /// <summary>Goes through each cluster from its best document.</summary>
    private void Compare()
    {
        SortMembers();
        var index = new BandIndex(_banding);
        int cluster = -1;
        foreach (Member member in _members.Sorted())
        {
            if (member.Cluster != cluster)
            {
                cluster = member.Cluster;
                index.Clear();
                index.Add(cluster, _payload.Signature(_ranking.Read(cluster, ref _current).Payload));
            }

            Compare(member.Rank, index);
        }
    }

    private void Compare(int rank, BandIndex index)
    {
        RankedDocument document = _ranking.At(rank);
        ReadOnlySpan<uint> signature =
            _payload.Signature(_ranking.Summaries.Read(document.Location, ref _current).Payload);
        if (rank >= _ranking.Indexed)
        {
            double similarity = 0;
            int survivor = index.Find(signature, other => (similarity = SimilarityWith(other)) >= _options.Threshold);
            if (survivor != Duplicates.Kept)
            {
                Remove(document, rank, survivor, similarity);
                return;
            }
        }

        index.Add(rank, signature);
    }

    /// <summary>Similarity of a document with the one in <see cref="_current"/>.</summary>
    private double SimilarityWith(int other)
    {
        var current = new SummaryRecord(_current.AsSpan(sizeof(int), BitConverter.ToInt32(_current)));
        return _payload.Similarity(current.Payload, _ranking.Read(other, ref _other).Payload);
    }

    /// <summary>Members but the best of each cluster that has a document of the run.</summary>
    private void SortMembers()
    {
        var hasRun = new BitArray(_ranking.Count);
        for (int rank = _ranking.Indexed; rank < _ranking.Count; rank++)
        {
            hasRun[_clusters.Root(rank)] = true;
        }

        for (int rank = 0; rank < _ranking.Count; rank++)
        {
            int cluster = _clusters.Root(rank);
            if (cluster != rank && hasRun[cluster])
            {
                _members.Add(new Member(cluster, rank));
            }
        }
    }

    private void Remove(RankedDocument document, int rank, int survivor, double similarity)
    {
        _removed[rank] = true;
        _removals.Add(document, survivor, similarity);
    }

    /// <summary>The document that later runs compare with instead of this one; null for none.</summary>
    private int? Representative(int rank)
    {
        if (rank < _ranking.Indexed)
        {
            return null; // its index knows it
        }

        if (!_removed[rank])
        {
            return rank;
        }

        return _options.Verify == Verification.None ? _clusters.Root(rank) : null;
    }

    private readonly record struct Member(int Cluster, int Rank) : IComparable<Member>
    {
        public int CompareTo(Member other)
        {
            int order = Cluster.CompareTo(other.Cluster);
            return order != 0 ? order : Rank.CompareTo(other.Rank);
        }
    }
}
