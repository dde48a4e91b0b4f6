using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>Reads JSON Lines: an object a line, in UTF-8.</summary>
/// <param name="schema">What the members mean.</param>
/// <param name="options">Bounds.</param>
internal sealed class JsonLinesReader(JsonSchema schema, RecordOptions options) : FileReader("jsonl")
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <inheritdoc/>
    protected override IEnumerable<Document> Read(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine)
    {
        var lines = new RecordBuffer(source, options.MaxRecordBytes);
        var parser = new DocumentJson(schema);
        do
        {
            while (lines.TryReadLine(out ReadOnlySpan<byte> line))
            {
                DocumentSource place = places.Next(lines.Position);
                if (Parse(line, lines.IsTooLong, place, parser, out string? problem) is { } document)
                {
                    yield return document;
                }
                else if (problem is not null)
                {
                    quarantine.Add(part.File, place.Offset, problem);
                }
            }
        }
        while (TryResume(part, lines, source, quarantine));
    }

    /// <inheritdoc/>
    protected override IEnumerable<long> PlainBorders(string path, long partBytes) => Borders.OfLines(path, partBytes);

    /// <inheritdoc/>
    protected override IEnumerable<long> GzipBorders(MappedFile file, long partBytes) =>
        Borders.OfMembersAfterLines(file, partBytes);

    /// <returns>Null of a bad line, with the problem, and of a blank one.</returns>
    private Document? Parse(
        ReadOnlySpan<byte> line, bool isTooLong, DocumentSource place, DocumentJson parser, out string? problem)
    {
        problem = isTooLong ? options.TooLong("line") : null;
        if (line.StartsWith(ByteOrderMark))
        {
            line = line[ByteOrderMark.Length..];
        }

        return line.ContainsAnyExcept(" \t\r"u8) ? parser.Parse(line, place, out problem) : null;
    }
}
