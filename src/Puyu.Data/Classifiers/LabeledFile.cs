using System.Globalization;
using System.Text.Json;
using Puyu.Data.Formats;

namespace Puyu.Data.Classifiers;

/// <summary>
/// Labelled texts from JSON Lines (<c>.jsonl</c>), comma-separated (<c>.csv</c>, quoted as in RFC 4180) or
/// tab-separated (<c>.tsv</c>, never quoted) files.
/// </summary>
public static class LabeledFile
{
    /// <summary>Reads all texts of a file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is not UTF-8, of none of the kinds, lacks a column, or a line is malformed; the message says which.
    /// </exception>
    public static IReadOnlyList<LabeledText> Read(string path, LabeledFileOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        options.Validated();
        var positive = options.Positive.ToHashSet(StringComparer.Ordinal);
        IEnumerable<(string Text, string Label)> rows = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JSONL" => JsonRows(path, options),
            ".CSV" => TableRows(path, isTabbed: false, options),
            ".TSV" => TableRows(path, isTabbed: true, options),
            string other => throw new InvalidDataException(
                $"{path} ends in {other} but labelled texts are read from .jsonl, .csv and .tsv"),
        };
        return [.. rows.Select(row => new LabeledText(row.Text, positive.Contains(row.Label)))];
    }

    private static IEnumerable<(string Text, string Label)> JsonRows(string path, LabeledFileOptions options)
    {
        int line = 0;
        foreach (string json in JsonLines.ReadText(path).Split('\n'))
        {
            line++;
            if (string.IsNullOrWhiteSpace(json))
            {
                continue;
            }

            JsonElement root = Parse(path, line, json);
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty(options.Text, out JsonElement text)
                || !root.TryGetProperty(options.Label, out JsonElement label))
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{path}({line}): the line must be an object with \"{options.Text}\" and \"{options.Label}\""));
            }

            yield return (text.ToString(), label.ValueKind switch
            {
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => label.ToString(),
            });
        }
    }

    private static JsonElement Parse(string path, int line, string json)
    {
        try
        {
            return JsonElement.Parse(json);
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException(
                FormattableString.Invariant($"{path}({line}): not JSON: {problem.Message}"), problem);
        }
    }

    private static IEnumerable<(string Text, string Label)> TableRows(
        string path, bool isTabbed, LabeledFileOptions options)
    {
        (int Text, int Label)? columns = Number(options.Text) is { } first && Number(options.Label) is { } second
            ? (first - 1, second - 1) : null;
        int record = 0;
        foreach (string[] fields in TableRecords.Of(path, isTabbed))
        {
            record++;
            if (columns is not { } found)
            {
                columns = (Column(path, fields, options.Text), Column(path, fields, options.Label));
                continue;
            }

            if (Math.Max(found.Text, found.Label) >= fields.Length)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{path}: record {record} has {fields.Length} fields, too few for {options.Text} and ")
                    + options.Label);
            }

            yield return (fields[found.Text], fields[found.Label]);
        }
    }

    private static int? Number(string column) =>
        int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number : null;

    private static int Column(string path, string[] names, string name)
    {
        int column = Array.IndexOf(names, name);
        return column >= 0 ? column : throw new InvalidDataException(
            $"{path} lacks a column {name} (it has {string.Join(", ", names)})");
    }
}
