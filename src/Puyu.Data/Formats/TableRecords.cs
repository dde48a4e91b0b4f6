using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>Reads the records of a table: CSV, with quotes around fields that need them, or TSV, without.</summary>
/// <remarks>
/// Source: RFC 4180; the IANA registration of text/tab-separated-values. A record of CSV ends at the first newline with
/// an even number of quotes before it, so that a file can be cut without reading its fields.
/// </remarks>
/// <param name="buffer">Where the records come from.</param>
/// <param name="isTabbed">Whether it is TSV.</param>
/// <param name="options">Bounds.</param>
internal sealed class TableRecords(RecordBuffer buffer, bool isTabbed, RecordOptions options)
{
    /// <summary>All records of a file, plain or compressed, in which nothing may be wrong.</summary>
    /// <exception cref="InvalidDataException">
    /// A record is malformed, or the file damaged; the message says where.
    /// </exception>
    public static IEnumerable<string[]> Of(string path, bool isTabbed)
    {
        var options = new RecordOptions();
        using ByteSource source = ByteSource.Open(new SourcePart(path, path, 0, new FileInfo(path).Length));
        var buffer = new RecordBuffer(source, options.MaxRecordBytes);
        var records = new TableRecords(buffer, isTabbed, options);
        while (records.TryRead(out string[]? fields, out string? problem))
        {
            if (problem is not null)
            {
                throw new InvalidDataException(FormattableString.Invariant($"{path}@{buffer.Position}: {problem}"));
            }

            if (fields is not null)
            {
                yield return fields;
            }
        }

        if (source.Damage is { } damage)
        {
            throw new InvalidDataException(FormattableString.Invariant($"{path}@{source.DamageOffset}: {damage}"));
        }
    }

    /// <summary>Reads the next record.</summary>
    /// <param name="fields">Null of a bad record, with the problem, and of a blank line.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>False at the end of the run.</returns>
    public bool TryRead(out string[]? fields, out string? problem)
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
}
