using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;

namespace Puyu.Data;

/// <summary>
/// Documents in files of JSON Lines that are right: as the data engine reads and writes them, but the first line that
/// cannot be read is an error. See docs/data-formats.md.
/// </summary>
public static class JsonLines
{
    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Writes documents, whole or not at all; all of a document but its source.</summary>
    /// <param name="path">The file.</param>
    /// <param name="documents">Written in order, one at a time.</param>
    public static void Write(string path, IEnumerable<Document> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        AtomicFile.Write(path, stream =>
        {
            using var writer = new JsonLinesWriter(stream, CompressionKind.None, DocumentOutput.WriteText);
            foreach (Document document in documents)
            {
                writer.Write(document);
            }
        });
    }

    /// <summary>Reads the documents that have text.</summary>
    /// <param name="path">The file; gzip and zstd are known by their first bytes.</param>
    /// <exception cref="InvalidDataException">
    /// A line cannot be read; the message says at which byte it begins.
    /// </exception>
    public static IReadOnlyList<Document> Read(string path)
    {
        IDocumentReader reader = DocumentFormats.JsonLinesOf(new FieldOptions());
        var quarantine = new Quarantine();
        Document[] documents =
        [
            .. reader.Split(path, path, long.MaxValue).SelectMany(part => reader.Read(part, quarantine))
                .Where(document => !string.IsNullOrWhiteSpace(document.Text)),
        ];
        return quarantine.Records is [{ } bad, ..]
            ? throw new InvalidDataException(FormattableString.Invariant($"{path}@{bad.Offset}: {bad.Reason}"))
            : documents;
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
}
