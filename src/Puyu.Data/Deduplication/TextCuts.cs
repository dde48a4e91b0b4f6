using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Puyu.Data.Deduplication;

/// <summary>Stretches to cut out of a text, as a payload: pairs of start and length, ascending, apart.</summary>
internal static class TextCuts
{
    private const int PairBytes = 2 * sizeof(int);

    /// <summary>Packs stretches.</summary>
    public static byte[] Encode(IReadOnlyList<(int Start, int Length)> cuts)
    {
        byte[] payload = new byte[cuts.Count * PairBytes];
        for (int i = 0; i < cuts.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(i * PairBytes), cuts[i].Start);
            BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan((i * PairBytes) + sizeof(int)), cuts[i].Length);
        }

        return payload;
    }

    /// <summary>Unpacks stretches.</summary>
    public static (int Start, int Length)[] Decode(ReadOnlySpan<byte> payload)
    {
        var cuts = new (int, int)[payload.Length / PairBytes];
        for (int i = 0; i < cuts.Length; i++)
        {
            cuts[i] = (
                BinaryPrimitives.ReadInt32LittleEndian(payload[(i * PairBytes)..]),
                BinaryPrimitives.ReadInt32LittleEndian(payload[((i * PairBytes) + sizeof(int))..]));
        }

        return cuts;
    }

    /// <summary>Cuts stretches out. Spans move with the text; those that lose anything go.</summary>
    public static Document Apply(Document document, ReadOnlySpan<byte> payload)
    {
        (int Start, int Length)[] cuts = Decode(payload);
        var text = new StringBuilder(document.Text.Length);
        int from = 0;
        foreach ((int start, int length) in cuts)
        {
            text.Append(document.Text, from, start - from);
            from = start + length;
        }

        text.Append(document.Text, from, document.Text.Length - from);
        return document with { Text = text.ToString(), Spans = Move(document.Spans, cuts) };
    }

    private static ImmutableArray<TextSpan> Move(ImmutableArray<TextSpan> spans, (int Start, int Length)[] cuts) =>
    [
        .. spans.Where(span => !Array.Exists(
            cuts, cut => cut.Start < span.Start + span.Length && span.Start < cut.Start + cut.Length))
            .Select(span => span with
            {
                Start = span.Start - cuts.Where(cut => cut.Start < span.Start).Sum(cut => cut.Length),
            }),
    ];
}
