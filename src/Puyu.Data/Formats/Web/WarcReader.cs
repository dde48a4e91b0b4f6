using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>
/// Reads the pages of web archives: WARC and ARC. Records of other kinds (requests, metadata, revisits, pictures,
/// answers that were no success) are no documents, and are left out without a word.
/// </summary>
internal sealed class WarcReader(RecordOptions options) : FileReader("warc")
{
    /// <inheritdoc/>
    protected override IEnumerable<Document> Read(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine)
    {
        var buffer = new RecordBuffer(source, options.MaxRecordBytes);
        bool isLost = false;
        do
        {
            while (buffer.TryReadLine(out ReadOnlySpan<byte> line))
            {
                if (PlainTextReader.IsBlank(line) && !buffer.IsTooLong)
                {
                    continue;
                }

                long position = buffer.Position;
                WebRecord? record = WebRecord.Read(buffer, line, out string? problem);
                if (isLost && problem == WebRecord.NoHeader)
                {
                    // All that is passed over in search of a record is one problem.
                    continue;
                }

                DocumentSource place = places.Next(position);
                ReadOnlySpan<byte> block = record is null ? [] : ReadBlock(buffer, record, out problem);
                isLost = problem is not null;
                Document? document = isLost ? null : WebPage.ToDocument(record!, block, options, out problem);
                if (document is not null)
                {
                    yield return document with { Source = place };
                }
                else if (problem is not null)
                {
                    quarantine.Add(part.File, place.Offset, problem);
                }
            }
        }
        while (TryResume(part, buffer, source, quarantine));
    }

    /// <summary>Goes from header to header, as <see cref="Read"/> does, and passes over the blocks.</summary>
    protected override IEnumerable<long> PlainBorders(string path, long partBytes)
    {
        long length = new FileInfo(path).Length;
        long wanted = partBytes;
        for (long first = 0; first < length;)
        {
            using var source = new PlainSource(new SourcePart(path, path, first, length - first));
            var buffer = new RecordBuffer(source, options.MaxRecordBytes);
            long next;
            while (TryPass(buffer, out long? record, out next))
            {
                if (record is { } begin && first + begin >= wanted)
                {
                    yield return first + begin;
                    wanted = (((first + begin) / partBytes) + 1) * partBytes;
                }
            }

            first += next;
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<long> GzipBorders(MappedFile file, long partBytes) =>
        Borders.OfMembers(file, partBytes, WebRecord.Begins);

    /// <summary>Reads a block, if its end is where its length says; else it is searched for records.</summary>
    private ReadOnlySpan<byte> ReadBlock(RecordBuffer buffer, WebRecord record, out string? problem)
    {
        if (record.Length > options.MaxRecordBytes)
        {
            buffer.TrySkip(record.Length);
            problem = options.TooLong("record");
            return [];
        }

        int length = (int)record.Length;
        bool isWhole = buffer.TryRead(length, out ReadOnlySpan<byte> block);
        if (isWhole && buffer.TryExtend(out ReadOnlySpan<byte> longer))
        {
            isWhole = !buffer.IsTooLong && IsEnd(longer[length..]);
            block = isWhole ? longer[..length] : [];
        }

        problem = isWhole ? null : FormattableString.Invariant(
            $"the record has not the {length} bytes that its header says");
        buffer.Shorten(problem is null ? length : 0);
        return block;
    }

    /// <summary>Passes over a line that begins no record, or over a record.</summary>
    /// <param name="buffer">Of the file.</param>
    /// <param name="record">Where the record begins; null if there is none.</param>
    /// <param name="next">If reading cannot go on here, where it can.</param>
    /// <returns>Whether it can go on.</returns>
    private bool TryPass(RecordBuffer buffer, out long? record, out long next)
    {
        record = null;
        bool isMore = buffer.TryReadLine(out ReadOnlySpan<byte> line);
        next = buffer.NextPosition;
        long position = buffer.Position;
        if (!isMore || WebRecord.Read(buffer, line, out _) is not { } header)
        {
            return isMore;
        }

        next = buffer.NextPosition;
        bool isWhole = buffer.TrySkip(header.Length);
        bool isEnd = !buffer.TryReadLine(out line) || (!buffer.IsTooLong && IsEnd(line));
        buffer.Shorten(0);
        if (header.Length <= options.MaxRecordBytes && !(isWhole && isEnd))
        {
            return false;
        }

        record = position;
        return true;
    }

    /// <summary>Records end with blank lines; some archives forgot them.</summary>
    private static bool IsEnd(ReadOnlySpan<byte> line) => line is [] or [(byte)'\r'] || WebRecord.Begins(line);
}
