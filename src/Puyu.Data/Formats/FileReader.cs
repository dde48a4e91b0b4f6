using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>What readers of files have in common: folders, compression, parts, places of records.</summary>
/// <remarks>
/// A folder is read as its files one after the other, and offsets in it count the bytes of all of them.
/// </remarks>
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
        long first = 0;
        long end = 0;
        foreach (SourcePart piece in FilesOf(file, name).SelectMany(inside => SplitFile(inside.Path, name, partBytes)))
        {
            end += piece.Length;
            if (end - first >= partBytes)
            {
                parts.Add(new SourcePart(file, name, first, end - first));
                first = end;
            }
        }

        if (first < end)
        {
            parts.Add(new SourcePart(file, name, first, end - first));
        }

        return parts;
    }

    /// <inheritdoc/>
    public IEnumerable<Document> Read(SourcePart part, Quarantine quarantine) => Directory.Exists(part.Path)
        ? PiecesOf(part).SelectMany(piece => ReadFile(piece, quarantine))
        : ReadFile(part, quarantine);

    /// <summary>Reads the documents of an open part of a file.</summary>
    protected abstract IEnumerable<Document> Read(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine);

    /// <summary>
    /// Where records begin in a plain file, at most one in each stretch; none of a format that is not split.
    /// </summary>
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

    private IEnumerable<SourcePart> FilesOf(string folder, string name)
    {
        foreach (string inside in FolderFiles.Below(folder, path => DocumentFormats.OfPath(path) == format))
        {
            string path = Path.Combine(folder, inside);
            yield return new SourcePart(path, $"{name}/{inside}", 0, new FileInfo(path).Length);
        }
    }

    /// <summary>The stretches of files that a part of a folder consists of.</summary>
    private IEnumerable<SourcePart> PiecesOf(SourcePart part)
    {
        long begin = 0;
        foreach (SourcePart file in FilesOf(part.Path, part.File))
        {
            long first = Math.Max(part.Offset - begin, 0);
            long end = Math.Min(part.Offset + part.Length - begin, file.Length);
            if (first < end)
            {
                yield return file with { Offset = first, Length = end - first };
            }

            begin += file.Length;
        }
    }

    private IEnumerable<Document> ReadFile(SourcePart part, Quarantine quarantine)
    {
        using ByteSource source = ByteSource.Open(part);
        var places = new RecordPlaces(part.File, source);
        foreach (Document document in Read(part, source, places, quarantine))
        {
            yield return document;
        }
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
