using System.Text;
using System.Text.Json;
using Puyu.Data.Documentation;

namespace Puyu.Data;

/// <summary>Reads the files of a corpus: in parallel, into the order of their names.</summary>
internal static class CorpusReader
{
    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Files of a folder and those below it that can be read, in ordinal order.</summary>
    public static IReadOnlyList<string> FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".xml" or ".txt" or ".md" or ".jsonl")
            .Order(StringComparer.Ordinal)];

    /// <summary>Reads all files.</summary>
    /// <param name="files">Their paths.</param>
    /// <param name="read">Number of members and documents, those without text included.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">A file is malformed; the message says where.</exception>
    public static List<Document> Read(
        IReadOnlyList<string> files, out int read, CancellationToken cancellationToken)
    {
        var documents = new List<Document>[files.Count];
        int[] counts = new int[files.Count];
        try
        {
            Parallel.For(
                0, files.Count, new ParallelOptions { CancellationToken = cancellationToken },
                file => documents[file] = Read(files[file], out counts[file]));
        }
        catch (AggregateException problems)
        {
            // Which of several malformed files is met first depends on the threads; the first by name does not.
            throw problems.Flatten().InnerExceptions.MinBy(problem => problem.Message, StringComparer.Ordinal)!;
        }

        read = counts.Sum();
        return [.. documents.SelectMany(ofFile => ofFile)];
    }

    private static List<Document> Read(string file, out int read)
    {
        switch (Path.GetExtension(file))
        {
            case ".xml":
                return [.. DocumentationReader.Read(file, out read).Select(member => member.ToDocument())];
            case ".jsonl":
                return ReadLines(file, out read);
            default:
                read = 1;
                string text = ReadText(file);
                return string.IsNullOrWhiteSpace(text) ? [] : [new Document(file, text)];
        }
    }

    private static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file, _strictUtf8);
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidDataException($"{file} is not UTF-8: {problem.Message}", problem);
        }
    }

    private static List<Document> ReadLines(string file, out int read)
    {
        var documents = new List<Document>();
        int line = 0;
        foreach (ReadOnlySpan<char> json in ReadText(file).AsSpan().EnumerateLines())
        {
            line++;
            if (!json.IsWhiteSpace() && ParseLine(file, line, json) is { } document)
            {
                documents.Add(document);
            }
        }

        read = line;
        return documents;
    }

    private static Document? ParseLine(string file, int line, ReadOnlySpan<char> json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json.ToString());
            if (parsed.RootElement.ValueKind != JsonValueKind.Object
                || !parsed.RootElement.TryGetProperty("text", out JsonElement text)
                || text.ValueKind != JsonValueKind.String)
            {
                throw new InvalidDataException($"{file}({line}): the line must be an object with a string \"text\"");
            }

            return string.IsNullOrWhiteSpace(text.GetString())
                ? null
                : new Document(FormattableString.Invariant($"{file}:{line}"), text.GetString()!);
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{file}({line}): not JSON: {problem.Message}", problem);
        }
    }
}
