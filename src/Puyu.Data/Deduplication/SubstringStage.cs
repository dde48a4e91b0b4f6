using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>
/// Cuts every character inside a substring of T bytes that occurs before: earlier in the document, or in a better one.
/// </summary>
/// <remarks>
/// Source: Lee et al., Deduplicating Training Data Makes Language Models Better, 2022, § 4.1. What is left after a cut
/// may repeat anew where its ends meet; the stage may stand in a recipe twice. All texts together must be less than
/// 2 GiB, and deciding takes five times their size in memory: it is meant for a part of a corpus.
/// </remarks>
public sealed class SubstringStage : ICorpusStage
{
    private readonly SubstringOptions _options;

    /// <summary>Makes the stage.</summary>
    /// <param name="options">Validated here.</param>
    /// <exception cref="Abstractions.OptionsException">A value is out of range.</exception>
    public SubstringStage(SubstringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
    }

    /// <inheritdoc/>
    public string Name => "substring";

    /// <inheritdoc/>
    public void Summarize(IEnumerable<Document> part, Stream summary)
    {
        ArgumentNullException.ThrowIfNull(part);
        var writer = new SummaryWriter(summary);
        byte[] buffer = [];
        foreach (Document document in part)
        {
            int length = document.CountBytes();
            if (buffer.Length < length)
            {
                buffer = new byte[length];
            }

            Encoding.UTF8.GetBytes(document.Text, buffer);
            writer.Write(document, Priority.Of(document, _options), buffer.AsSpan(0, length));
        }

        writer.Flush();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The texts are 2 GiB or more.</exception>
    public IEnumerable<Decision> Decide(IReadOnlyList<string> summaries, string folder)
    {
        long length = 0;
        using Ranking ranking = Ranking.Of(
            [], summaries, _options, folder, (_, _, record) => length += record.Payload.Length + 1);
        if (length > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"substring: the texts are {length} bytes but a suffix array takes at most {Array.MaxLength}; divide "
                + "the corpus");
        }

        byte[] text = Concatenate(ranking, (int)length, out int[] starts);
        using var cuts = new Cuts(ranking, folder, _options.MemoryBytes / 4);
        foreach ((int document, int match, List<(int Start, int End)> stretches) in
            new RepeatedBytes(text, starts, _options.MinBytes).All())
        {
            Cut(text, starts[document], ranking.At(document), match, stretches, cuts);
        }

        foreach (Decision decision in cuts.Decisions("repeated-substring"))
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

    /// <summary>The documents by rank, each followed by the separator.</summary>
    private static byte[] Concatenate(Ranking ranking, int length, out int[] starts)
    {
        byte[] text = GC.AllocateUninitializedArray<byte>(length);
        starts = new int[ranking.Count + 1];
        byte[] buffer = [];
        (int rank, int start) = (0, 0);
        foreach (RankedDocument document in ranking.All())
        {
            ReadOnlySpan<byte> payload = ranking.Summaries.Read(document.Location, ref buffer).Payload;
            payload.CopyTo(text.AsSpan(start));
            start += payload.Length + 1;
            text[start - 1] = RepeatedBytes.Separator;
            starts[++rank] = start;
        }

        return text;
    }

    /// <summary>Turns bytes into UTF-16 units. A character goes only if all its bytes do.</summary>
    private static void Cut(
        byte[] text, int start, RankedDocument document, int match, List<(int Start, int End)> stretches, Cuts cuts)
    {
        int at = start;
        int units = 0;
        foreach ((int first, int end) in stretches)
        {
            Advance(text, first, roundUp: true, ref at, ref units);
            int unit = units;
            Advance(text, end, roundUp: false, ref at, ref units);
            if (units > unit)
            {
                cuts.Add(document, unit, units - unit, match);
            }
        }
    }

    /// <summary>Goes on to an offset, or the nearest start of a character after or before it.</summary>
    private static void Advance(byte[] text, int offset, bool roundUp, ref int at, ref int units)
    {
        while (at < offset)
        {
            byte lead = text[at];
            int bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
            if (!roundUp && at + bytes > offset)
            {
                return;
            }

            at += bytes;
            units += bytes == 4 ? 2 : 1;
        }
    }
}
