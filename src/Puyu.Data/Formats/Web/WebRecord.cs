using System.Globalization;
using System.Text;

namespace Puyu.Data.Formats;

/// <summary>The header of a record of a web archive.</summary>
/// <remarks>
/// Source: ISO 28500:2017 (WARC 1.1); Burner and Kahle, Arc File Format, 1996, whose records are a line with url,
/// address, date, type and length, or with five more fields in version 2.
/// </remarks>
internal sealed record WebRecord
{
    /// <summary>What is wrong with a line that is not even like a header.</summary>
    public const string NoHeader = "there is no header of a record where one must begin";

    private const int MaxHeaderLines = 1000;

    /// <summary>As <c>WARC-Type</c>; <c>arc</c> of an ARC record.</summary>
    public string Type { get; private init; } = "";

    /// <summary>As <c>WARC-Record-ID</c>, without the brackets; null if there is none.</summary>
    public string? Id { get; private init; }

    /// <summary>What was fetched; null if that is not said.</summary>
    public string? Uri { get; private init; }

    /// <summary>When it was fetched, as in ISO 8601; null if that is not said.</summary>
    public string? Date { get; private init; }

    /// <summary>Type of the block, with parameters; empty if that is not said.</summary>
    public string ContentType { get; private init; } = "";

    /// <summary>Bytes of the block.</summary>
    public long Length { get; private init; }

    /// <summary>Whether it is one of ARC.</summary>
    public bool IsArc => Type == "arc";

    /// <summary>Whether a member of an archive begins with a record.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes)
    {
        int newline = bytes.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = newline < 0 ? bytes : bytes[..newline];
        return line.StartsWith("WARC/"u8) || ParseArc(line, out _) is not null;
    }

    /// <summary>Reads a header.</summary>
    /// <param name="lines">Has just given its first line.</param>
    /// <param name="first">That line.</param>
    /// <param name="problem">Why it is none; null if it is.</param>
    public static WebRecord? Read(RecordBuffer lines, ReadOnlySpan<byte> first, out string? problem)
    {
        if (!first.StartsWith("WARC/"u8))
        {
            return ParseArc(first, out problem);
        }

        var record = new WebRecord { Length = -1 };
        string pending = "";
        for (int count = 0; count < MaxHeaderLines; count++)
        {
            if (!lines.TryReadLine(out ReadOnlySpan<byte> bytes) || lines.IsTooLong)
            {
                break;
            }

            string line = Encoding.UTF8.GetString(bytes).TrimEnd('\r');
            if (line.StartsWith(' ') || line.StartsWith('\t'))
            {
                pending += " " + line.Trim();
                continue;
            }

            record = record.With(pending, out problem);
            pending = line;
            if (problem is not null)
            {
                return null;
            }

            if (line.Length == 0)
            {
                return record.Checked(out problem);
            }
        }

        problem = "the header of the record does not end";
        return null;
    }

    private WebRecord With(string line, out string? problem)
    {
        problem = null;
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            problem = line.Length == 0 ? null : $"the header has the line '{line}' but each must be a name and a value";
            return this;
        }

        string value = line[(colon + 1)..].Trim();
        switch (line[..colon].ToUpperInvariant())
        {
            case "WARC-TYPE":
                return this with { Type = value.ToLowerInvariant() };
            case "WARC-RECORD-ID":
                return this with { Id = value.Trim('<', '>') };
            case "WARC-TARGET-URI":
                return this with { Uri = value.StartsWith('<') ? value.Trim('<', '>') : value };
            case "WARC-DATE":
                return this with { Date = value };
            case "CONTENT-TYPE":
                return this with { ContentType = value };
            case "CONTENT-LENGTH":
                bool isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length);
                problem = isNumber && (Length < 0 || Length == length)
                    ? null
                    : $"Content-Length is '{value}' but must be one number that is not negative";
                return this with { Length = length };
            default:
                return this;
        }
    }

    private WebRecord? Checked(out string? problem)
    {
        problem = Length < 0 ? "the header of the record lacks Content-Length"
            : Type.Length == 0 ? "the header of the record lacks WARC-Type" : null;
        return problem is null ? this : null;
    }

    /// <summary>Fields are counted from the end: urls were archived with spaces in them.</summary>
    private static WebRecord? ParseArc(ReadOnlySpan<byte> line, out string? problem)
    {
        const int MaxLine = 1 << 14;
        problem = NoHeader;
        if (line.Length > MaxLine || !(line.Contains((byte)':') && line.Contains((byte)' ')))
        {
            return null;
        }

        string[] fields = Encoding.UTF8.GetString(line).TrimEnd('\r').Split(' ');
        int version2 = fields.Length - 8;
        int date = version2 >= 2 && IsDate(fields[version2]) ? version2 : fields.Length - 3;
        if (date < 2 || !IsDate(fields[date]))
        {
            return null;
        }

        string last = fields[^1];
        problem = long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            ? null
            : $"the length of the record is '{last}' but must be a number that is not negative";
        return problem is not null ? null : new WebRecord
        {
            Type = "arc",
            Uri = string.Join(' ', fields.AsSpan(0, date - 1)!),
            Date = IsoDate(fields[date]),
            ContentType = fields[date + 1],
            Length = length,
        };
    }

    private static bool IsDate(string field) =>
        field.Length >= 14 && !field.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static string IsoDate(string digits) =>
        $"{digits[..4]}-{digits[4..6]}-{digits[6..8]}T{digits[8..10]}:{digits[10..12]}:{digits[12..14]}Z";
}
