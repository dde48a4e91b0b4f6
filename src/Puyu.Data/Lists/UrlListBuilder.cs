using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Puyu.Abstractions;

namespace Puyu.Data.Lists;

/// <summary>Gathers entries and writes them as a file for <see cref="UrlList"/>: about ten bytes an entry.</summary>
public sealed class UrlListBuilder
{
    private readonly List<ulong>[] _hashes = [[], [], [], [], []];
    private readonly SortedSet<string> _subwords = new(StringComparer.Ordinal);

    /// <summary>Adds an entry.</summary>
    /// <param name="kind">What it stands for.</param>
    /// <param name="entry">A host, an address with or without scheme, or a word.</param>
    public void Add(UrlEntryKind kind, ReadOnlySpan<char> entry)
    {
        entry = entry.Trim();
        if (entry.IsEmpty)
        {
            return;
        }

        Span<char> buffer = entry.Length <= UrlList.StackCharacters
            ? stackalloc char[UrlList.StackCharacters] : new char[entry.Length];
        switch (kind)
        {
            case UrlEntryKind.Domain or UrlEntryKind.Host:
                _hashes[(int)kind].Add(UrlHash.OfHost(UrlParts.Of(entry, buffer).Host));
                break;
            case UrlEntryKind.Url:
                _hashes[(int)kind].Add(UrlHash.OfUrl(UrlParts.Of(entry, buffer)));
                break;
            case UrlEntryKind.Word or UrlEntryKind.SoftWord:
                ulong hash = UrlHash.OfWordAt(entry, 0, out int length);
                _hashes[(int)kind].Add(length == entry.Length ? hash : throw new ArgumentException(
                    $"{kind} {entry} must be of letters and digits alone, as words of addresses are"));
                break;
            default:
                int kept = UrlList.KeepLettersAndDigits(entry, buffer);
                _subwords.Add(kept > 0
                    ? buffer[..kept].ToString()
                    : throw new ArgumentException($"subword {entry} has neither letters nor digits but needs some"));
                break;
        }
    }

    /// <summary>
    /// Adds a file: one entry a line, # begins a comment, and lines of hosts files (<c>0.0.0.0 name</c>) and of
    /// filter lists (<c>||name^</c>) are understood.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not UTF-8.</exception>
    public void AddFile(UrlEntryKind kind, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            while (reader.ReadLine() is { } line)
            {
                Add(kind, EntryOf(line));
            }
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidDataException($"{path} is not UTF-8: {problem.Message}", problem);
        }
    }

    /// <summary>Writes the list; the same bytes whatever the order of the entries.</summary>
    /// <param name="path">The file; replaced whole or not at all.</param>
    public void Save(string path)
    {
        byte[] subwords = Encoding.UTF8.GetBytes(string.Join('\n', _subwords));
        AtomicFile.Write(path, stream =>
        {
            byte[] header = new byte[UrlList.HeaderBytes];
            stream.Write(header);
            Encoding.ASCII.GetBytes(UrlList.Signature, header);
            Span<byte> rest = header.AsSpan(UrlList.Signature.Length);
            foreach (List<ulong> hashes in _hashes)
            {
                int count = SortDistinct(hashes);
                long bytes = HashSection.Write(stream, CollectionsMarshal.AsSpan(hashes)[..count]);
                BinaryPrimitives.WriteInt64LittleEndian(rest, count);
                BinaryPrimitives.WriteInt64LittleEndian(rest[8..], bytes);
                rest = rest[16..];
            }

            stream.Write(subwords);
            BinaryPrimitives.WriteInt64LittleEndian(rest, subwords.Length);
            UInt128 hash = Hashing.Hash128(header.AsSpan(0, header.Length - rest.Length + 8));
            BinaryPrimitives.WriteUInt128LittleEndian(rest[8..], hash);
            stream.Position = 0;
            stream.Write(header);
        });
    }

    private static int SortDistinct(List<ulong> hashes)
    {
        Span<ulong> sorted = CollectionsMarshal.AsSpan(hashes);
        sorted.Sort();
        int kept = 0;
        ulong last = 0; // 0 is left out: it stands for an empty slot
        foreach (ulong hash in sorted)
        {
            if (hash != last)
            {
                sorted[kept++] = last = hash;
            }
        }

        return kept;
    }

    private static ReadOnlySpan<char> EntryOf(ReadOnlySpan<char> line)
    {
        int comment = line.IndexOf('#');
        line = (comment < 0 ? line : line[..comment]).Trim();
        if (line.StartsWith("||", StringComparison.Ordinal))
        {
            int end = line.IndexOfAny('^', '$');
            return end < 0 ? line[2..] : line[2..end];
        }

        int space = line.IndexOfAny(' ', '\t');
        return space > 0 && line[..space] is "0.0.0.0" or "127.0.0.1" ? line[space..] : line;
    }
}
