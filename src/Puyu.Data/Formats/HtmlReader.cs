using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>Reads a page a file, as HTML: what its main content is, a stage says.</summary>
internal sealed class HtmlReader(RecordOptions options) : FileReader("html")
{
    /// <inheritdoc/>
    protected override IEnumerable<Document> Read(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine)
    {
        var buffer = new RecordBuffer(source, options.MaxRecordBytes);
        ReadOnlySpan<byte> bytes = buffer.ReadRest();
        if (buffer.IsTooLong || source.Damage is not null)
        {
            quarantine.Add(
                part.File, source.DamageOffset, buffer.IsTooLong ? options.TooLong("page") : source.Damage!);
            yield break;
        }

        string html = Charset.Decode(bytes, declared: null, isHtml: true, out string charset);
        yield return new Document(part.File, html)
        {
            Source = places.Next(0),
            Metadata = Document.NoMetadata.Add("charset", charset).Add("mime", "text/html"),
        };
    }
}
