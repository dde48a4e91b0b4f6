using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>Reads plain text: a document a file, named for it, or documents between blank lines.</summary>
internal sealed class PlainTextReader(TextOptions options) : FileReader("text")
{
    /// <summary>Whether a line has nothing but white space.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept(" \t\r\f\v"u8);

    /// <inheritdoc/>
    protected override IEnumerable<Document> Read(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine) =>
        options.Separator == TextSeparator.File
            ? ReadFile(part, source, places, quarantine)
            : ReadParagraphs(part, source, places, quarantine);

    /// <inheritdoc/>
    protected override IEnumerable<long> PlainBorders(string path, long partBytes) =>
        options.Separator == TextSeparator.File ? [] : Borders.OfBlankLines(path, partBytes);

    private IEnumerable<Document> ReadFile(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine)
    {
        var buffer = new RecordBuffer(source, options.MaxRecordBytes);
        ReadOnlySpan<byte> bytes = buffer.ReadRest();
        DocumentSource place = places.Next(0);
        string? problem = buffer.IsTooLong ? options.TooLong("file") : source.Damage;
        if (problem is null && Decode(bytes, out problem) is { } text)
        {
            yield return new Document(part.File, text) { Source = place };
        }
        else
        {
            quarantine.Add(part.File, source.Damage is null ? 0 : source.DamageOffset, problem!);
        }
    }

    private IEnumerable<Document> ReadParagraphs(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine)
    {
        var lines = new RecordBuffer(source, options.MaxRecordBytes);
        do
        {
            while (lines.TryReadLine(out ReadOnlySpan<byte> record))
            {
                if (IsBlank(record) && !lines.IsTooLong)
                {
                    continue;
                }

                DocumentSource place = places.Next(lines.Position);
                record = Extend(lines, record);
                string? problem = lines.IsTooLong ? options.TooLong("document") : null;
                if (problem is null && Decode(record, out problem) is { } text)
                {
                    yield return new Document(ContentId.Of(text), text) { Source = place };
                }
                else
                {
                    quarantine.Add(part.File, place.Offset, problem!);
                }
            }
        }
        while (TryResume(part, lines, source, quarantine));
    }

    private static ReadOnlySpan<byte> Extend(RecordBuffer lines, ReadOnlySpan<byte> record)
    {
        int length = record.Length;
        while (lines.TryExtend(out ReadOnlySpan<byte> longer))
        {
            record = longer;
            if (!lines.IsTooLong && IsBlank(longer[Math.Min(length + 1, longer.Length)..]))
            {
                return longer[..length].TrimEnd((byte)'\r');
            }

            length = longer.Length;
        }

        return record.TrimEnd((byte)'\r');
    }

    private static string? Decode(ReadOnlySpan<byte> bytes, out string? problem)
    {
        Encoding encoding = Charset.ByMark(bytes, out int mark) ?? Encoding.UTF8;
        return Charset.TryDecode(encoding, bytes[mark..], out string text, out problem) ? text : null;
    }
}
