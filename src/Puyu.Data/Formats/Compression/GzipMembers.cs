namespace Puyu.Data.Formats;

/// <summary>Finds where members begin inside a gzip file, without reading it from its beginning.</summary>
/// <remarks>
/// The magic number occurs in compressed data by chance, and a web archive that holds a gzip file holds its members as
/// they are where DEFLATE stored them. A stored block has at most 65,535 bytes, though, and five bytes of framing
/// follow it. So an offset is a border if members decompress one after the other from there, checksums included, for
/// <see cref="ProofBytes"/>, or to the end of the file.
/// </remarks>
internal static class GzipMembers
{
    /// <summary>Twice what one stored block holds.</summary>
    public const int ProofBytes = 1 << 17;

    private const int ScanBytes = 1 << 20;

    /// <summary>The first member that begins at or after an offset; the end of the file if there is none.</summary>
    public static long Find(MappedFile file, long from)
    {
        var member = new GzipMember(file);
        long at = Candidate(file, from, file.Length);
        while (at < file.Length && !IsProven(file, member, at))
        {
            at = Candidate(file, at + 1, file.Length);
        }

        return at;
    }

    /// <summary>
    /// The same behind damage, where what follows may be damaged as well: one whole member and the header of another,
    /// or the end of the file, are proof enough.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="end">Given if there is none before it.</param>
    public static long FindLoosely(MappedFile file, long from, long end)
    {
        var member = new GzipMember(file);
        long at = Candidate(file, from, end);
        while (at < end && !IsFollowed(file, member, at))
        {
            at = Candidate(file, at + 1, end);
        }

        return at;
    }

    private static long Candidate(MappedFile file, long from, long end)
    {
        while (from < end)
        {
            int length = (int)Math.Min(ScanBytes, file.Length - from);
            int found = file.Slice(from, length).IndexOf(GzipMember.Magic);
            if (found >= 0)
            {
                return Math.Min(from + found, end);
            }

            from += Math.Max(1, length - GzipMember.Magic.Length + 1);
        }

        return end;
    }

    private static bool IsProven(MappedFile file, GzipMember member, long first)
    {
        long at = first;
        try
        {
            while (at < file.Length && member.TryBegin(at))
            {
                while (!member.Read().IsEmpty)
                {
                    if (member.End - first > ProofBytes)
                    {
                        return true;
                    }
                }

                at = member.End;
            }
        }
        catch (InvalidDataException)
        {
            // Not a member, or not a good one: the search goes on behind it.
            return false;
        }

        return at > first && (at - first > ProofBytes || at == file.Length);
    }

    private static bool IsFollowed(MappedFile file, GzipMember member, long first)
    {
        if (!member.TryBegin(first))
        {
            return false;
        }

        try
        {
            while (!member.Read().IsEmpty)
            {
                if (member.End - first > ProofBytes)
                {
                    return true;
                }
            }
        }
        catch (InvalidDataException)
        {
            // As above.
            return false;
        }

        return member.End == file.Length || member.TryBegin(member.End);
    }
}
