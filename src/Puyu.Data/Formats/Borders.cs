using Microsoft.Win32.SafeHandles;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>Where files may be cut.</summary>
internal static class Borders
{
    private const int ScanBytes = 1 << 16;

    /// <summary>The first line that begins in each stretch of a plain file.</summary>
    public static IEnumerable<long> OfLines(string path, long partBytes)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        for (long border = 0; border < length;)
        {
            long wanted = ((border / partBytes) + 1) * partBytes;
            border = wanted < length ? AfterNewline(file, wanted - 1) : length;
            if (border < length)
            {
                yield return border;
            }
        }
    }

    /// <summary>Behind the first blank line that begins in each stretch of a plain file.</summary>
    public static IEnumerable<long> OfBlankLines(string path, long partBytes)
    {
        long length = new FileInfo(path).Length;
        long next = 0;
        foreach (long line in OfLines(path, partBytes))
        {
            if (line < next)
            {
                continue;
            }

            using var source = new PlainSource(new SourcePart(path, path, line, length - line));
            var lines = new RecordBuffer(source, ScanBytes);
            while (lines.TryReadLine(out ReadOnlySpan<byte> text)
                && (lines.IsTooLong || !PlainTextReader.IsBlank(text)))
            {
            }

            next = line + lines.NextPosition;
            yield return next;
        }
    }

    /// <summary>
    /// Behind the first record in each stretch of a CSV file: a newline with an even number of quotes before it.
    /// </summary>
    public static IEnumerable<long> OfQuotedLines(string path, long partBytes)
    {
        long length = new FileInfo(path).Length;
        using var source = new PlainSource(new SourcePart(path, path, 0, length));
        byte[] bytes = new byte[ScanBytes];
        long first = 0;
        long wanted = partBytes;
        int quotes = 0;
        for (int read = source.Read(bytes); read > 0; read = source.Read(bytes))
        {
            int at = 0;
            while (first + read >= wanted)
            {
                int from = (int)Math.Max(at, wanted - 1 - first);
                quotes += bytes.AsSpan(at..from).Count((byte)'"');
                at = from;
                int newline = bytes.AsSpan(at..read).IndexOf((byte)'\n');
                if (newline < 0)
                {
                    break;
                }

                quotes += bytes.AsSpan(at, newline).Count((byte)'"');
                at += newline + 1;
                if (quotes % 2 == 0)
                {
                    yield return first + at;
                    wanted = (((first + at) / partBytes) + 1) * partBytes;
                }
            }

            quotes += bytes.AsSpan(at..read).Count((byte)'"');
            first += read;
        }
    }

    /// <summary>The first member in each stretch that begins where the one before it ended a line.</summary>
    /// <remarks>
    /// Whether a member ends a line shows only once it is decompressed, so the one in front of a border is read in
    /// vain.
    /// </remarks>
    public static IEnumerable<long> OfMembersAfterLines(MappedFile file, long partBytes)
    {
        var member = new GzipMember(file);
        for (long border = 0; border < file.Length;)
        {
            border = AfterLine(file, member, GzipMembers.Find(file, ((border / partBytes) + 1) * partBytes));
            if (border < file.Length)
            {
                yield return border;
            }
        }
    }

    /// <summary>The first member in each stretch whose bytes begin with a record.</summary>
    public static IEnumerable<long> OfMembers(MappedFile file, long partBytes, Func<ReadOnlySpan<byte>, bool> isRecord)
    {
        var member = new GzipMember(file);
        for (long border = 0; border < file.Length;)
        {
            border = GzipMembers.Find(file, ((border / partBytes) + 1) * partBytes);
            while (border < file.Length && !(member.TryBegin(border) && isRecord(member.Read())))
            {
                border = GzipMembers.Find(file, border + 1);
            }

            if (border < file.Length)
            {
                yield return border;
            }
        }
    }

    private static long AfterNewline(SafeFileHandle file, long from)
    {
        byte[] bytes = new byte[ScanBytes];
        while (true)
        {
            int read = RandomAccess.Read(file, bytes, from);
            int newline = bytes.AsSpan(0, read).IndexOf((byte)'\n');
            if (newline >= 0 || read == 0)
            {
                return read == 0 ? long.MaxValue : from + newline + 1;
            }

            from += read;
        }
    }

    private static long AfterLine(MappedFile file, GzipMember member, long border)
    {
        while (border < file.Length)
        {
            switch (EndsLine(member, border))
            {
                case true:
                    return member.End;
                case false:
                    border = member.End;
                    break;
                default:
                    border = GzipMembers.Find(file, border + 1);
                    break;
            }
        }

        return border;
    }

    /// <summary>Whether the last byte of a member is a newline; null if the member is damaged.</summary>
    private static bool? EndsLine(GzipMember member, long offset)
    {
        if (!member.TryBegin(offset))
        {
            return null;
        }

        try
        {
            bool endsLine = false;
            for (ReadOnlySpan<byte> plain = member.Read(); !plain.IsEmpty; plain = member.Read())
            {
                endsLine = plain[^1] == (byte)'\n';
            }

            return endsLine;
        }
        catch (InvalidDataException)
        {
            // The reader of the part in front quarantines it.
            return null;
        }
    }
}
