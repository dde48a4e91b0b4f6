using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>What readers of files have in common: folders, compression, parts, numbers of records.</summary>
/// <param name="format">Name of the format, by which files of a folder are chosen.</param>
internal abstract class FileReader(string format) : IDocumentReader
{
    /// <inheritdoc/>
    public IReadOnlyList<SourcePart> Split(string file, string name, long partBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partBytes);
        if (!Directory.Exists(file))
        {
            return SplitFile(file, name, partBytes);
        }

        var parts = new List<SourcePart>();
        foreach (string inside in FolderFiles.Below(file, path => DocumentFormats.OfPath(path) == format))
        {
            parts.AddRange(SplitFile(Path.Combine(file, inside), $"{name}/{inside}", partBytes));
        }

        return parts;
    }

    /// <inheritdoc/>
    public IEnumerable<Document> Read(SourcePart part, Quarantine quarantine)
    {
        if (part.Length == 0)
        {
            yield break;
        }

        using ByteSource source = ByteSource.Open(part);
        var records = new RecordPlaces(part.File, source);
        foreach (Document document in Read(part, source, records, quarantine))
        {
            yield return document;
        }
    }

    /// <summary>Reads the documents of an open part.</summary>
    protected abstract IEnumerable<Document> Read(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine);

    /// <summary>Where records begin in a plain file, at most one in each stretch; none of a format that is not split.</summary>
    protected virtual IEnumerable<long> PlainBorders(string path, long partBytes) => [];

    /// <summary>The same of a gzip file: members that begin with a record.</summary>
    protected virtual IEnumerable<long> GzipBorders(MappedFile file, long partBytes) => [];

    /// <summary>Quarantines the damage that ended a run, and goes on behind it.</summary>
    /// <returns>False if the part is done.</returns>
    protected static bool TryResume(SourcePart part, RecordBuffer buffer, ByteSource source, Quarantine quarantine)
    {
        if (source.Damage is { } damage)
        {
            quarantine.Add(part.File, source.DamageOffset, damage);
        }

        return buffer.TryResume();
    }

    private List<SourcePart> SplitFile(string file, string name, long partBytes)
    {
        long length = new FileInfo(file).Length;
        if (length == 0)
        {
            return [];
        }

        var parts = new List<SourcePart>();
        long first = 0;
        foreach (long border in Borders(file, length, partBytes))
        {
            if (border > first && border < length)
            {
                parts.Add(new SourcePart(file, name, first, border - first));
                first = border;
            }
        }

        parts.Add(new SourcePart(file, name, first, length - first));
        return parts;
    }

    private IEnumerable<long> Borders(string file, long length, long partBytes)
    {
        CompressionKind kind = CompressedFile.Kind(file);
        if (length <= partBytes || kind == CompressionKind.Zstd)
        {
            return [];
        }

        if (kind == CompressionKind.None)
        {
            return PlainBorders(file, partBytes);
        }

        using var mapped = new MappedFile(file);
        return [.. GzipBorders(mapped, partBytes)];
    }
}
