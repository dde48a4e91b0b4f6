using System.Collections.Immutable;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>
/// Reads tables, CSV or TSV, whose first record names the columns. Those beside text and id are metadata.
/// </summary>
internal sealed class CsvReader(bool isTabbed, FieldOptions options) : FileReader(isTabbed ? "tsv" : "csv")
{
    /// <inheritdoc/>
    protected override IEnumerable<Document> Read(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine)
    {
        string[] columns = ReadColumns(part, out string? wrongHeader);
        if (wrongHeader is not null)
        {
            if (part.Offset == 0)
            {
                quarantine.Add(part.File, 0, wrongHeader);
            }

            yield break;
        }

        var buffer = new RecordBuffer(source, options.MaxRecordBytes);
        var records = new TableRecords(buffer, isTabbed, options);
        bool isHeader = part.Offset == 0;
        do
        {
            while (records.TryRead(out string[]? fields, out string? problem))
            {
                DocumentSource place = places.Next(buffer.Position);
                if (!isHeader && fields is not null && ToDocument(columns, fields, out problem) is { } document)
                {
                    yield return document with { Source = place };
                }
                else if (problem is not null)
                {
                    quarantine.Add(part.File, place.Offset, problem);
                }

                isHeader = false;
            }
        }
        while (TryResume(part, buffer, source, quarantine));
    }

    /// <inheritdoc/>
    protected override IEnumerable<long> PlainBorders(string path, long partBytes) =>
        isTabbed ? Borders.OfLines(path, partBytes) : Borders.OfQuotedLines(path, partBytes);

    private string[] ReadColumns(SourcePart part, out string? problem)
    {
        using ByteSource source = ByteSource.Open(part with { Offset = 0, Length = part.Offset + part.Length });
        var records = new TableRecords(new RecordBuffer(source, options.MaxRecordBytes), isTabbed, options);
        records.TryRead(out string[]? columns, out problem);
        if (problem is null && (columns is null || !columns.Contains(options.Text)))
        {
            problem = $"the file has the columns {string.Join(", ", columns ?? [])} but none is '{options.Text}': "
                + "name the one with the text";
        }

        return columns ?? [];
    }

    private Document? ToDocument(string[] columns, string[] fields, out string? problem)
    {
        problem = columns.Length == fields.Length ? null : FormattableString.Invariant(
            $"the record has {fields.Length} fields but the header {columns.Length}");
        if (problem is not null)
        {
            return null;
        }

        string? id = null;
        string? text = null;
        ImmutableSortedDictionary<string, string>.Builder metadata = Document.NoMetadata.ToBuilder();
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i] == options.Text)
            {
                text = fields[i];
            }
            else if (columns[i] == options.Id)
            {
                id = fields[i].Length > 0 ? fields[i] : null;
            }
            else
            {
                metadata[columns[i]] = fields[i];
            }
        }

        return new Document(id ?? ContentId.Of(text!), text!) { Metadata = metadata.ToImmutable() };
    }
}
