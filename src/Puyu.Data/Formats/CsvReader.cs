using System.Collections.Immutable;
using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>
/// Reads tables whose first record names the columns: CSV, with quotes around fields that need them, and TSV, which has
/// no quotes. Columns beside those of text and id are metadata.
/// </summary>
/// <remarks>
/// Source: RFC 4180; the IANA registration of text/tab-separated-values. A record of CSV ends at the first newline with
/// an even number of quotes before it, so that a file can be cut without reading its fields.
/// </remarks>
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
        bool isHeader = part.Offset == 0;
        do
        {
            while (TryReadRecord(buffer, out string[]? fields, out string? problem))
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
        TryReadRecord(new RecordBuffer(source, options.MaxRecordBytes), out string[]? columns, out problem);
        if (problem is null && (columns is null || !columns.Contains(options.Text)))
        {
            problem = $"the file has the columns {string.Join(", ", columns ?? [])} but none is '{options.Text}': "
                + "name the one with the text";
        }

        return columns ?? [];
    }

    /// <param name="buffer">Where the records come from.</param>
    /// <param name="fields">Null of a bad record, with the problem, and of a blank line.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>False at the end of the run.</returns>
    private bool TryReadRecord(RecordBuffer buffer, out string[]? fields, out string? problem)
    {
        fields = null;
        problem = null;
        if (!buffer.TryReadLine(out ReadOnlySpan<byte> record))
        {
            return false;
        }

        bool isQuoted = !isTabbed && record.Count((byte)'"') % 2 != 0;
        while (isQuoted && !buffer.IsTooLong)
        {
            int length = record.Length;
            if (!buffer.TryExtend(out ReadOnlySpan<byte> longer))
            {
                problem = "a quoted field is not closed";
                return true;
            }

            record = longer;
            isQuoted ^= record[Math.Min(length, record.Length)..].Count((byte)'"') % 2 != 0;
        }

        problem = buffer.IsTooLong ? options.TooLong("record") : null;
        record = record.TrimEnd((byte)'\r');
        fields = problem is null && record.Length > 0 ? Fields(record, out problem) : null;
        return true;
    }

    private string[]? Fields(ReadOnlySpan<byte> record, out string? problem)
    {
        if (!Charset.TryDecode(Encoding.UTF8, record, out string text, out problem))
        {
            return null;
        }

        text = text.TrimStart('\uFEFF');
        return isTabbed ? text.Split('\t') : Unquote(text, out problem);
    }

    private static string[]? Unquote(string record, out string? problem)
    {
        var fields = new List<string>();
        for (int at = 0; ; at++)
        {
            bool isQuoted = at < record.Length && record[at] == '"';
            int end = isQuoted ? EndOfQuotes(record, at + 1) : record.IndexOf(',', at);
            end = end < 0 ? record.Length : end;
            string field = record[at..end];
            problem = isQuoted && end < record.Length && record[end] != ','
                ? "a quoted field is followed by neither comma nor newline"
                : !isQuoted && field.Contains('"', StringComparison.Ordinal)
                ? "a field without quotes around it has a quote in it"
                : null;
            if (problem is not null)
            {
                return null;
            }

            fields.Add(isQuoted ? field[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : field);
            at = end;
            if (at == record.Length)
            {
                return [.. fields];
            }
        }
    }

    /// <summary>Behind the quote that ends a field: the first that is not followed by another.</summary>
    /// <remarks>There is one, as a record has an even number of quotes.</remarks>
    private static int EndOfQuotes(string record, int from)
    {
        while (true)
        {
            int behind = record.IndexOf('"', from) + 1;
            if (behind == record.Length || record[behind] != '"')
            {
                return behind;
            }

            from = behind + 1;
        }
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
