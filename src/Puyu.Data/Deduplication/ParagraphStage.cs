using System.Runtime.InteropServices;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>
/// Cuts paragraphs, or sentences in a row, that repeat ones of the same or a better document. Case, space and
/// punctuation do not count.
/// </summary>
/// <remarks>
/// A stretch stays in the best document that has it, at its first place there. Sources: paragraphs, Wenzek et al.,
/// CCNet, 2020, § 3.1; three sentences, Raffel et al., T5, 2020, § 2.2.
/// </remarks>
public sealed class ParagraphStage : ICorpusStage
{
    private readonly ParagraphOptions _options;

    /// <summary>Makes the stage.</summary>
    /// <param name="options">Validated here.</param>
    /// <exception cref="Abstractions.OptionsException">A value is out of range.</exception>
    public ParagraphStage(ParagraphOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
    }

    /// <inheritdoc/>
    public string Name => "paragraphs";

    /// <inheritdoc/>
    public void Summarize(IEnumerable<Document> part, Stream summary)
    {
        ArgumentNullException.ThrowIfNull(part);
        var writer = new SummaryWriter(summary);
        var units = new TextUnits(_options.Unit);
        var stretches = new List<Stretch>();
        foreach (Document document in part)
        {
            units.Divide(document.Text);
            stretches.Clear();
            AddStretches(units.Units, stretches);
            writer.Write(
                document, Priority.Of(document, _options), MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(stretches)));
        }

        writer.Flush();
    }

    /// <inheritdoc/>
    public IEnumerable<Decision> Decide(IReadOnlyList<string> summaries, string folder)
    {
        using Ranking ranking = Ranking.Of([], summaries, _options, folder, static (_, _, _) => { });
        using var stretches = new ExternalSort<RankedStretch>(folder, "stretches", _options.MemoryBytes / 2);
        ranking.Visit((rank, record) =>
        {
            foreach (Stretch stretch in MemoryMarshal.Cast<byte, Stretch>(record.Payload))
            {
                stretches.Add(new RankedStretch(stretch.Hash, rank, stretch.Start, stretch.Length));
            }
        });

        using var cuts = new Cuts(ranking, folder, _options.MemoryBytes / 4);
        RankedStretch? first = null;
        foreach (RankedStretch stretch in stretches.Sorted())
        {
            if (first is { } stays && stays.Hash == stretch.Hash)
            {
                Cut(stretch, stays, ranking, cuts);
            }
            else
            {
                first = stretch;
            }
        }

        foreach (Decision decision in cuts.Decisions("repeated-paragraphs"))
        {
            yield return decision;
        }
    }

    /// <inheritdoc/>
    public Document? Apply(Document document, Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        Document rest = TextCuts.Apply(document, decision.Payload.Span);
        var words = new List<ulong>();
        Words.Hash(rest.Text, words);
        return words.Count < _options.MinDocumentWords ? null : rest;
    }

    /// <summary>A stretch that overlaps the one that stays loses only what it has besides.</summary>
    private static void Cut(RankedStretch stretch, RankedStretch stays, Ranking ranking, Cuts cuts)
    {
        int end = stretch.Start + stretch.Length;
        int start = stretch.Rank == stays.Rank ? Math.Max(stretch.Start, stays.Start + stays.Length) : stretch.Start;
        if (start < end)
        {
            cuts.Add(ranking.At(stretch.Rank), start, end - start, stays.Rank);
        }
    }

    private void AddStretches(List<(int Start, int End, int Words, ulong Hash)> units, List<Stretch> stretches)
    {
        for (int first = 0; first + _options.Window <= units.Count; first++)
        {
            ulong hash = 0;
            int words = 0;
            for (int i = first; i < first + _options.Window; i++)
            {
                hash = Hashing.Mix(hash + units[i].Hash);
                words += units[i].Words;
            }

            if (words >= _options.MinSpanWords)
            {
                int start = units[first].Start;
                stretches.Add(new Stretch(hash, start, units[first + _options.Window - 1].End - start));
            }
        }
    }

    private readonly record struct Stretch(ulong Hash, int Start, int Length);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct RankedStretch(ulong Hash, int Rank, int Start, int Length)
        : IComparable<RankedStretch>
    {
        public int CompareTo(RankedStretch other)
        {
            int order = Hash.CompareTo(other.Hash);
            order = order != 0 ? order : Rank.CompareTo(other.Rank);
            order = order != 0 ? order : Start.CompareTo(other.Start);
            return order != 0 ? order : Length.CompareTo(other.Length);
        }
    }
}
