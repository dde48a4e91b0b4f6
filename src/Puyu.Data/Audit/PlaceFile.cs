using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>Where each document of a part is in the finished file.</summary>
internal sealed class PlaceWriter(Stream stream)
{
    private readonly RecordWriter _writer = new(stream, PlaceFile.Magic);

    /// <summary>A document that is about to be written.</summary>
    public void Write(int number, long offset, Document document)
    {
        _writer.Number(number);
        _writer.Number(offset);
        _writer.Number(TextFingerprint.Of(document.Text));
        _writer.End();
    }
}

/// <summary>Reads what <see cref="PlaceWriter"/> wrote.</summary>
internal static class PlaceFile
{
    public static ReadOnlySpan<byte> Magic => "PuyuPla1"u8;

    public static IEnumerable<(int Number, long Offset, long Fingerprint)> Read(string path)
    {
        using var reader = new RecordReader(path, Magic);
        while (reader.Next())
        {
            yield return ((int)reader.Number(), reader.Number(), reader.Number());
        }
    }
}
