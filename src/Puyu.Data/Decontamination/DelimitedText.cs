using System.Text;

namespace Puyu.Data.Decontamination;

/// <summary>Records of CSV or TSV, each with its fields on lines of their own.</summary>
/// <remarks>Source: RFC 4180. In TSV a quote is a character like others.</remarks>
internal static class DelimitedText
{
    /// <summary>The records, in order; those without text are left out.</summary>
    /// <exception cref="InvalidDataException">A quote does not end.</exception>
    public static List<string> Read(string path, string text, char delimiter)
    {
        var records = new List<string>();
        var record = new StringBuilder();
        bool hasQuotes = delimiter == ',';
        bool isQuoted = false;
        foreach (char c in text)
        {
            if (hasQuotes && c == '"')
            {
                isQuoted = !isQuoted; // a doubled quote ends and begins again: as words go, the same
            }
            else if (c == '\n' && !isQuoted)
            {
                Add(records, record);
            }
            else
            {
                record.Append(c == delimiter && !isQuoted ? '\n' : c);
            }
        }

        if (isQuoted)
        {
            throw new InvalidDataException($"{path}: a field begins with a quote but does not end with one");
        }

        Add(records, record);
        return records;
    }

    private static void Add(List<string> records, StringBuilder record)
    {
        string text = record.ToString();
        if (!string.IsNullOrWhiteSpace(text))
        {
            records.Add(text);
        }

        record.Clear();
    }
}
