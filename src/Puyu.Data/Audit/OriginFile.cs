using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>What was read of a part: a record for each document, then one for each record in quarantine.</summary>
internal sealed class OriginWriter(Stream stream)
{
    private readonly RecordWriter _writer = new(stream, OriginFile.Magic);

    /// <summary>A document.</summary>
    public void Write(Document document)
    {
        _writer.Number(OriginFile.IsDocument);
        _writer.Text(document.Id);
        _writer.Source(document.Source);
        _writer.Number(Encoding.UTF8.GetByteCount(document.Text));
        _writer.Number(TextFingerprint.Of(document.Text));
        _writer.End();
    }

    /// <summary>What could not be read.</summary>
    public void Write(IEnumerable<QuarantinedRecord> records)
    {
        foreach (QuarantinedRecord record in records)
        {
            _writer.Number(OriginFile.IsQuarantined);
            _writer.Text(record.File);
            _writer.Number(record.Offset);
            _writer.Text(record.Reason);
            _writer.End();
        }
    }
}

/// <summary>One of the records of <see cref="OriginWriter"/>.</summary>
/// <param name="Document">Of a document; null for a record in quarantine.</param>
/// <param name="Quarantined">The record in quarantine.</param>
internal readonly record struct Origin(OriginDocument? Document, QuarantinedRecord Quarantined);

/// <summary>A document as it was read.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Its source.</param>
/// <param name="Bytes">Of its text in UTF-8.</param>
/// <param name="Fingerprint"><see cref="TextFingerprint"/> of its text.</param>
internal sealed record OriginDocument(string Id, DocumentSource Source, long Bytes, long Fingerprint);

/// <summary>Reads what <see cref="OriginWriter"/> wrote.</summary>
internal static class OriginFile
{
    public const int IsDocument = 0;
    public const int IsQuarantined = 1;

    public static ReadOnlySpan<byte> Magic => "PuyuOri1"u8;

    public static IEnumerable<Origin> Read(string path)
    {
        using var reader = new RecordReader(path, Magic);
        string file = "";
        while (reader.Next())
        {
            if (reader.Number() == IsDocument)
            {
                string id = reader.Text();
                DocumentSource source = reader.Source(file);
                file = source.File;
                yield return new Origin(new OriginDocument(id, source, reader.Number(), reader.Number()), default);
            }
            else
            {
                yield return new Origin(null, new QuarantinedRecord(reader.Text(), reader.Number(), reader.Text()));
            }
        }
    }
}
