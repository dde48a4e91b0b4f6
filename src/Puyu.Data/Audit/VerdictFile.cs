using System.Runtime.InteropServices;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>
/// What a pass did to a part. Of stages over single documents a record for every document; of a corpus stage a record
/// for every document on which there was a decision.
/// </summary>
internal sealed class VerdictWriter(Stream stream)
{
    private readonly RecordWriter _writer = new(stream, VerdictFile.Magic);
    private readonly LeastKeys<(int Stage, int Measure, string Rule), bool> _samples = new(SampleRows.OfRule);

    /// <summary>What stages over single documents did.</summary>
    /// <param name="result">What became of the document.</param>
    /// <param name="bytes">Of the text that is left.</param>
    public void Write(in ChainResult result, int bytes)
    {
        _writer.Number(result.Number);
        _writer.Number(bytes);
        _writer.Number(result.RemovedBy + 1 ?? 0);
        _writer.Number(result.Measure);
        _writer.TextOrNull(result.Note);
        _writer.Number(result.Changes);
        _writer.Blob(MemoryMarshal.AsBytes(result.Values.Span));
        _writer.TextOrNull(result is { RemovedBy: { } stage, Removed: { } removed }
            ? Sample((stage, result.Measure, ""), removed) : null);
        _writer.End();
    }

    /// <summary>What a corpus stage did.</summary>
    /// <param name="number">Of the document in its part.</param>
    /// <param name="document">As it came to the stage.</param>
    /// <param name="decision">On it.</param>
    /// <param name="isRemoved">Whether nothing is left.</param>
    /// <param name="bytes">Of the text that is left.</param>
    public void Write(int number, Document document, Decision decision, bool isRemoved, int bytes)
    {
        _writer.Number(number);
        _writer.Number(bytes);
        _writer.Number(isRemoved ? 1 : 0);
        _writer.Text(decision.Rule);
        _writer.Single(decision.Value);
        _writer.Single(decision.Threshold);
        _writer.TextOrNull(decision.MatchedId);
        _writer.Source(decision.MatchedSource);
        _writer.TextOrNull(isRemoved ? Sample((0, 0, decision.Rule), document) : null);
        _writer.End();
    }

    private string? Sample((int Stage, int Measure, string Rule) group, Document document) =>
        _samples.Offer(group, document.Source.Key, true) ? Excerpt.Of(document.Text) : null;
}

/// <summary>What stages over single documents did to one.</summary>
/// <param name="Number">Of the document in its part.</param>
/// <param name="Bytes">Of the text that is left.</param>
/// <param name="RemovedBy">The stage that removed it, among those of the pass; null if it stays.</param>
/// <param name="Measure">Which of that stage's measures was out of bounds.</param>
/// <param name="Note">What the stage said.</param>
/// <param name="Changes">Bit i: stage i changed the text.</param>
/// <param name="Values">Little-endian floats: what was measured, stage after stage.</param>
/// <param name="Excerpt">How the document began, of a few that were removed.</param>
internal sealed record SingleVerdict(
    int Number, long Bytes, int? RemovedBy, int Measure, string? Note, long Changes, byte[] Values, string? Excerpt);

/// <summary>What a corpus stage did to one document.</summary>
/// <param name="Number">Of the document in its part.</param>
/// <param name="Bytes">Of the text that is left.</param>
/// <param name="IsRemoved">Whether nothing is left.</param>
/// <param name="Rule">Which rule.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Threshold">What it was compared with.</param>
/// <param name="MatchedId">Id of the document because of which it was decided, or null.</param>
/// <param name="Matched">Where that was read.</param>
/// <param name="Excerpt">How the document began, of a few that were removed.</param>
internal sealed record CorpusVerdict(
    int Number, long Bytes, bool IsRemoved, string Rule, float Value, float Threshold, string? MatchedId,
    DocumentSource Matched, string? Excerpt);

/// <summary>Reads what <see cref="VerdictWriter"/> wrote.</summary>
internal static class VerdictFile
{
    public static ReadOnlySpan<byte> Magic => "PuyuVer2"u8;

    /// <summary>Of a pass of stages over single documents.</summary>
    public static IEnumerable<SingleVerdict> ReadSingle(string path)
    {
        using var reader = new RecordReader(path, Magic);
        while (reader.Next())
        {
            int number = (int)reader.Number();
            long bytes = reader.Number();
            int removedBy = (int)reader.Number() - 1;
            yield return new SingleVerdict(
                number, bytes, removedBy < 0 ? null : removedBy, (int)reader.Number(), reader.TextOrNull(),
                reader.Number(), reader.Blob().ToArray(), reader.TextOrNull());
        }
    }

    /// <summary>Of the pass of a corpus stage.</summary>
    public static IEnumerable<CorpusVerdict> ReadCorpus(string path)
    {
        using var reader = new RecordReader(path, Magic);
        while (reader.Next())
        {
            yield return new CorpusVerdict(
                (int)reader.Number(), reader.Number(), reader.Number() == 1, reader.Text(), reader.Single(),
                reader.Single(), reader.TextOrNull(), reader.Source(), reader.TextOrNull());
        }
    }
}
