using System.Text;
using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Data;

/// <summary>
/// Documents in JSON Lines: one object a line, with a <c>text</c> and, if it has a name, an <c>id</c>.
/// </summary>
public static class JsonLines
{
    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    private static readonly JsonWriterOptions _options = new()
    {
        // The file is data, not part of a web page: other scripts and < stay readable.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes documents, whole or not at all. Of a documented member, only ID and text are kept.</summary>
    /// <param name="path">The file.</param>
    /// <param name="documents">Written in order, one at a time.</param>
    public static void Write(string path, IEnumerable<Document> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        AtomicFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream, _options);
            foreach (Document document in documents)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, document.Id);
                json.WriteString("text"u8, document.Text);
                json.WriteEndObject();
                json.Flush();
                json.Reset();
                stream.WriteByte((byte)'\n');
            }
        });
    }

    /// <summary>Reads the documents that have text; other members of the objects are left out.</summary>
    /// <param name="path">The file. A document without ID is named for its file and line.</param>
    /// <exception cref="InvalidDataException">
    /// The file is not UTF-8 or a line is malformed; the message says which.
    /// </exception>
    public static IReadOnlyList<Document> Read(string path) => Read(path, out _);

    internal static List<Document> Read(string path, out int objects)
    {
        var documents = new List<Document>();
        objects = 0;
        int line = 0;
        string content = ReadText(path);
        foreach (Range range in content.AsSpan().Split('\n')) // not EnumerateLines: U+2028 may stand inside a string
        {
            ReadOnlySpan<char> json = content.AsSpan()[range];
            line++;
            if (json.IsWhiteSpace())
            {
                continue;
            }

            objects++;
            if (Parse(path, line, json) is { } document)
            {
                documents.Add(document);
            }
        }

        return documents;
    }

    /// <exception cref="InvalidDataException">The file is not UTF-8.</exception>
    internal static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path, _strictUtf8);
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidDataException($"{path} is not UTF-8: {problem.Message}", problem);
        }
    }

    private static Document? Parse(string path, int line, ReadOnlySpan<char> json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json.ToString());
            if (parsed.RootElement.ValueKind != JsonValueKind.Object
                || !parsed.RootElement.TryGetProperty("text", out JsonElement text)
                || text.ValueKind != JsonValueKind.String)
            {
                throw new InvalidDataException($"{path}({line}): the line must be an object with a string \"text\"");
            }

            string? id = parsed.RootElement.TryGetProperty("id", out JsonElement given)
                && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
            return string.IsNullOrWhiteSpace(text.GetString())
                ? null
                : new Document(id ?? FormattableString.Invariant($"{path}:{line}"), text.GetString()!);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}({line}): not JSON: {problem.Message}", problem);
        }
    }
}
