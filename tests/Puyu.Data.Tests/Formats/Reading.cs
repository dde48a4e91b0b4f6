using Puyu.Data.Formats;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Formats;

/// <summary>Reads files in parts, as a pipeline does, and says what came out.</summary>
internal sealed class Reading
{
    private Reading(IReadOnlyList<SourcePart> parts, List<Document> documents, List<QuarantinedRecord> bad)
    {
        Parts = parts;
        Documents = documents;
        Bad = bad;
    }

    public IReadOnlyList<SourcePart> Parts { get; }

    public List<Document> Documents { get; }

    public List<QuarantinedRecord> Bad { get; }

    public IEnumerable<string> Texts => Documents.Select(document => document.Text);

    /// <summary>All that a reader gives, as one comparable text.</summary>
    public string Everything => string.Join('\n', Documents.Select(Describe)) + "\n"
        + string.Join('\n', Bad.Select(record => record.ToString()));

    public static Reading Of(IDocumentReader reader, string path, long partBytes = long.MaxValue)
    {
        IReadOnlyList<SourcePart> parts = reader.Split(path, "f", partBytes);
        var documents = new List<Document>();
        var bad = new List<QuarantinedRecord>();
        foreach (SourcePart part in parts)
        {
            var quarantine = new Quarantine();
            documents.AddRange(reader.Read(part, quarantine));
            bad.AddRange(quarantine.Records);
        }

        return new Reading(parts, documents, bad);
    }

    public static IDocumentReader JsonLines(int maxRecordBytes = 1 << 20) =>
        DocumentFormats.JsonLinesOf(new FieldOptions { MaxRecordBytes = maxRecordBytes });

    public static string Describe(Document document) =>
        $"{document.Id}|{document.Text}|{document.Source}"
        + string.Concat(document.Metadata.Select(pair => $"|{pair.Key}={pair.Value}"))
        + string.Concat(document.Scores.Select(score => $"|{score}"))
        + string.Concat(document.Spans.Select(span => $"|{span}"));
}
