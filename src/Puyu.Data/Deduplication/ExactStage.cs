using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>Removes all but the best of documents with the same text, by a 128-bit hash of it.</summary>
public sealed class ExactStage : ICorpusStage
{
    private readonly ExactOptions _options;

    /// <summary>Makes the stage.</summary>
    /// <param name="options">Validated here.</param>
    /// <exception cref="Abstractions.OptionsException">A value is out of range.</exception>
    public ExactStage(ExactOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
    }

    /// <inheritdoc/>
    public string Name => "exact";

    /// <inheritdoc/>
    public void Summarize(IEnumerable<Document> part, Stream summary)
    {
        ArgumentNullException.ThrowIfNull(part);
        var writer = new SummaryWriter(summary);
        var words = new List<ulong>();
        Span<byte> hash = stackalloc byte[16];
        foreach (Document document in part)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(hash, HashOf(document.Text, words));
            writer.Write(document, Priority.Of(document, _options), hash);
        }

        writer.Flush();
    }

    /// <inheritdoc/>
    public IEnumerable<Decision> Decide(IReadOnlyList<string> summaries, string folder)
    {
        using var contents = new ExternalSort<ContentRecord>(folder, "contents", _options.MemoryBytes / 2);
        using Ranking ranking = Ranking.Of([], summaries, _options, folder, (ordinal, _, record) =>
        {
            UInt128 hash = BinaryPrimitives.ReadUInt128LittleEndian(record.Payload);
            contents.Add(new ContentRecord((ulong)(hash >> 64), (ulong)hash, ordinal));
        });
        using var removals = new Removals(ranking, folder, _options.MemoryBytes / 4);
        RemoveAllButTheBest(contents, ranking, removals);
        foreach (Decision decision in removals.Decisions("exact-duplicate", 1))
        {
            yield return decision;
        }
    }

    /// <inheritdoc/>
    public Document? Apply(Document document, Decision decision) => null;

    private static void RemoveAllButTheBest(
        ExternalSort<ContentRecord> contents, Ranking ranking, Removals removals)
    {
        var equal = new UnionFind(ranking.Count);
        ContentRecord? last = null;
        foreach (ContentRecord content in contents.Sorted())
        {
            if (last is { } previous && previous.Upper == content.Upper && previous.Lower == content.Lower)
            {
                equal.Join(ranking.RankOf(previous.Document), ranking.RankOf(content.Document));
            }

            last = content;
        }

        int rank = 0;
        foreach (RankedDocument document in ranking.All())
        {
            int best = equal.Root(rank);
            if (best != rank)
            {
                removals.Add(document, best, 1);
            }

            rank++;
        }
    }

    private UInt128 HashOf(string text, List<ulong> words)
    {
        if (_options.Text == ExactText.Words)
        {
            words.Clear();
            Words.Hash(text, words);
            if (words.Count > 0)
            {
                return Words.Fingerprint(words);
            }
        }

        return Hashing.Hash128(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
