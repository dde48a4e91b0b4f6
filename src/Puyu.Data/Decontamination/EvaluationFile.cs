using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Puyu.Data.Formats;

namespace Puyu.Data.Decontamination;

/// <summary>
/// Reads the items of an evaluation set, each as the text of all its fields: JSON Lines, JSON with an array of items,
/// CSV, TSV, or plain text, one item a paragraph; each also gzipped.
/// </summary>
internal static class EvaluationFile
{
    /// <summary>Name of the task: of the file, without its endings.</summary>
    public static string TaskOf(string path)
    {
        string name = Path.GetFileName(path);
        int dot = name.IndexOf('.', 1);
        string ending = Path.GetExtension(name);
        return dot < 0 ? name : ending == ".gz" ? Path.GetFileNameWithoutExtension(name[..^3]) : name[..^ending.Length];
    }

    /// <summary>The items, in order.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is malformed, or its ending says nothing; the message says where.
    /// </exception>
    public static List<string> Read(string path)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".jsonl" or ".ndjson" => OfLines(path, ReadText(path)),
            ".json" => OfDocument(path, ReadText(path)),
            ".csv" => OfTable(path, isTabbed: false),
            ".tsv" => OfTable(path, isTabbed: true),
            ".txt" or ".md" => [.. ReadText(path).Split("\n\n").Where(item => !string.IsNullOrWhiteSpace(item))],
            _ => throw new InvalidDataException(
                $"{path} must end in .jsonl, .json, .csv, .tsv or .txt, or one of these with .gz, to be read"),
        };
    }

    private static string ReadText(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            return File.ReadAllText(path);
        }

        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    /// <summary>Each record with its fields on lines of their own.</summary>
    private static List<string> OfTable(string path, bool isTabbed) =>
    [
        .. TableRecords.Of(path, isTabbed).Select(fields => string.Join('\n', fields))
            .Where(item => !string.IsNullOrWhiteSpace(item)),
    ];

    private static List<string> OfLines(string path, string text)
    {
        var items = new List<string>();
        int line = 0;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            line++;
            if (!text.AsSpan()[range].IsWhiteSpace())
            {
                items.Add(Parse(path, text[range], line, static root => TextOf(root)));
            }
        }

        return items;
    }

    /// <summary>An array of items, or an object whose longest array is that of the items.</summary>
    private static List<string> OfDocument(string path, string text) => Parse(path, text, 1, static root =>
    {
        JsonElement items = root;
        if (root.ValueKind == JsonValueKind.Object)
        {
            items = root.EnumerateObject().Select(member => member.Value)
                .Where(value => value.ValueKind == JsonValueKind.Array)
                .OrderByDescending(value => value.GetArrayLength()).FirstOrDefault(root);
        }

        return items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray().Select(TextOf).ToList() : [TextOf(items)];
    });

    private static T Parse<T>(string path, string json, int line, Func<JsonElement, T> read)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return read(parsed.RootElement);
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException(
                FormattableString.Invariant($"{path}({line}): not JSON: {problem.Message}"), problem);
        }
    }

    /// <summary>All strings of an item, in order, each on its line: a run may go from question to answer.</summary>
    private static string TextOf(JsonElement item)
    {
        var text = new StringBuilder();
        var open = new Stack<JsonElement>([item]);
        while (open.TryPop(out JsonElement element))
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    text.Append(element.GetString()).Append('\n');
                    break;
                case JsonValueKind.Array:
                    foreach (JsonElement part in element.EnumerateArray().Reverse())
                    {
                        open.Push(part);
                    }

                    break;
                case JsonValueKind.Object:
                    foreach (JsonProperty member in element.EnumerateObject().Reverse())
                    {
                        open.Push(member.Value);
                    }

                    break;
                default:
                    break; // a number alone is no text
            }
        }

        return text.ToString();
    }
}
