using Puyu.Data.Languages;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>Where each document of a part is in the finished file.</summary>
internal sealed class PlaceWriter(Stream stream)
{
    private readonly RecordWriter _writer = new(stream, PlaceFile.Magic);
    private readonly LeastKeys<int, bool> _samples = new(SampleRows.OfOutput);

    /// <summary>A document that is about to be written.</summary>
    public void Write(int number, long offset, Document document)
    {
        _writer.Number(number);
        _writer.Number(offset);
        _writer.Number(TextFingerprint.Of(document.Text));
        _writer.TextOrNull(document.Metadata.GetValueOrDefault(LanguageStage.Metadata));
        _writer.TextOrNull(_samples.Offer(0, document.Source.Key, true) ? Excerpt.Of(document.Text) : null);
        _writer.End();
    }
}

/// <summary>One of the records of <see cref="PlaceWriter"/>.</summary>
/// <param name="Number">Of the document in its part.</param>
/// <param name="Offset">Where it begins, before compression.</param>
/// <param name="Fingerprint"><see cref="TextFingerprint"/> of its text.</param>
/// <param name="Language">As its metadata names it, or null.</param>
/// <param name="Excerpt">How it begins, of a few.</param>
internal readonly record struct Place(int Number, long Offset, long Fingerprint, string? Language, string? Excerpt);

/// <summary>Reads what <see cref="PlaceWriter"/> wrote.</summary>
internal static class PlaceFile
{
    public static ReadOnlySpan<byte> Magic => "PuyuPla2"u8;

    public static IEnumerable<Place> Read(string path)
    {
        using var reader = new RecordReader(path, Magic);
        while (reader.Next())
        {
            yield return new Place(
                (int)reader.Number(), reader.Number(), reader.Number(), reader.TextOrNull(), reader.TextOrNull());
        }
    }
}
