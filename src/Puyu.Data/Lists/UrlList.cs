using System.Buffers.Binary;
using System.Text;

namespace Puyu.Data.Lists;

/// <summary>
/// A list of addresses with millions of entries, mapped into memory: what is looked up is paged in, the rest stays on
/// the disk. Safe for several threads until disposed.
/// </summary>
/// <remarks>
/// Looks at the domains a host lies in, the host, the page, words, words that count only together, and subwords, in
/// this order. Which domains can be registered need not be known: a listed domain stands for all hosts below it.
/// </remarks>
public sealed class UrlList : IDisposable
{
    internal const string Signature = "PUYUURL1";
    internal const int Kinds = 5; // those that are hashed: all but subwords
    internal const int HeaderBytes = 8 + (16 * Kinds) + 8 + 16;
    internal const int StackCharacters = 512;

    private readonly MappedFile _file;
    private readonly HashSection[] _sections = new HashSection[Kinds];
    private readonly AhoCorasick? _subwords;

    /// <summary>Opens a list.</summary>
    /// <exception cref="InvalidDataException">The file is not such a list, or cut.</exception>
    public UrlList(string path)
    {
        _file = new MappedFile(path);
        try
        {
            ReadOnlySpan<byte> rest = CheckedHeader()[Signature.Length..];
            long offset = HeaderBytes;
            for (int kind = 0; kind < Kinds; kind++)
            {
                _sections[kind] = new HashSection(_file, offset, BinaryPrimitives.ReadInt64LittleEndian(rest));
                offset += BinaryPrimitives.ReadInt64LittleEndian(rest[8..]);
                rest = rest[16..];
            }

            int subwordBytes = (int)BinaryPrimitives.ReadInt64LittleEndian(rest);
            if (_file.Length != offset + subwordBytes)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{path} has {_file.Length} bytes but its header says {offset + subwordBytes}: build it again"));
            }

            _subwords = subwordBytes == 0 ? null : new AhoCorasick(
                Encoding.UTF8.GetString(_file.Slice(offset, subwordBytes)).Split('\n'), atWords: false);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Entries of a kind.</summary>
    public long Count(UrlEntryKind kind) =>
        kind == UrlEntryKind.Subword ? _subwords?.Words.Count ?? 0 : _sections[(int)kind].Count;

    /// <summary>Looks an address up.</summary>
    /// <param name="url">With or without scheme.</param>
    public UrlFindings Find(ReadOnlySpan<char> url)
    {
        Span<char> buffer = url.Length <= StackCharacters
            ? stackalloc char[StackCharacters] : new char[url.Length];
        UrlParts parts = UrlParts.Of(url, buffer);
        scoped ReadOnlySpan<char> first = default;
        int domains = FindDomains(parts.Host, ref first, out ulong host);
        int hosts = Note(_sections[(int)UrlEntryKind.Host].Contains(host), parts.Host, ref first);
        int urls = _sections[(int)UrlEntryKind.Url].Count == 0 ? 0
            : Note(_sections[(int)UrlEntryKind.Url].Contains(UrlHash.OfUrl(parts)), url, ref first);
        (int words, int softWords) = FindWords(url, ref first);
        string? name = first.IsEmpty ? null : first.ToString();
        int subwords = FindSubwords(url, buffer, ref name);
        return new UrlFindings(domains, hosts, urls, words, softWords, subwords, name);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    internal static int KeepLettersAndDigits(ReadOnlySpan<char> text, Span<char> kept)
    {
        int count = 0;
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                kept[count++] = CharacterClasses.Fold(c);
            }
        }

        return count;
    }

    private ReadOnlySpan<byte> CheckedHeader()
    {
        ReadOnlySpan<byte> header = _file.Length < HeaderBytes ? default : _file.Slice(0, HeaderBytes);
        if (header.IsEmpty || !header.StartsWith(Encoding.ASCII.GetBytes(Signature)))
        {
            throw new InvalidDataException(
                $"{_file.Path} does not begin with {Signature}: it is another kind of file, or of another version");
        }

        const int Hashed = HeaderBytes - 16;
        return BinaryPrimitives.ReadUInt128LittleEndian(header[Hashed..]) == Hashing.Hash128(header[..Hashed])
            ? header
            : throw new InvalidDataException($"{_file.Path} does not match its checksum: build it again");
    }

    private static int Note(bool isListed, ReadOnlySpan<char> entry, ref ReadOnlySpan<char> first)
    {
        if (isListed && first.IsEmpty)
        {
            first = entry;
        }

        return isListed ? 1 : 0;
    }

    private int FindDomains(ReadOnlySpan<char> host, ref ReadOnlySpan<char> first, out ulong hostHash)
    {
        HashSection domains = _sections[(int)UrlEntryKind.Domain];
        ulong hash = UrlHash.Seed;
        hostHash = 0;
        int found = 0;
        for (int i = host.Length - 1; i >= 0; i--)
        {
            hash = UrlHash.Step(hash, host[i]);
            if (i == 0 || host[i - 1] == '.')
            {
                hostHash = Hashing.Mix(hash);
                found += Note(domains.Contains(hostHash), host[i..], ref first);
            }
        }

        return found;
    }

    private (int Words, int SoftWords) FindWords(ReadOnlySpan<char> url, ref ReadOnlySpan<char> first)
    {
        HashSection words = _sections[(int)UrlEntryKind.Word];
        HashSection softWords = _sections[(int)UrlEntryKind.SoftWord];
        if (words.Count + softWords.Count == 0)
        {
            return (0, 0);
        }

        const int Most = 16; // more make no difference to any sensible bound
        Span<ulong> soft = stackalloc ulong[Most];
        int hardCount = 0;
        int softCount = 0;
        ReadOnlySpan<char> firstSoft = default;
        for (int start = 0; start < url.Length; start++)
        {
            ulong hash = UrlHash.OfWordAt(url, start, out int length);
            if (length == 0)
            {
                continue;
            }

            ReadOnlySpan<char> word = url.Slice(start, length);
            hardCount += Note(words.Contains(hash), word, ref first);
            if (softWords.Contains(hash) && softCount < Most && !soft[..softCount].Contains(hash))
            {
                soft[softCount++] = hash;
                Note(isListed: true, word, ref firstSoft);
            }

            start += length;
        }

        Note(softCount > 0, firstSoft, ref first);
        return (hardCount, softCount);
    }

    private int FindSubwords(ReadOnlySpan<char> url, Span<char> buffer, ref string? first)
    {
        if (_subwords is null)
        {
            return 0;
        }

        List<(int Start, int Word)>? found = null;
        _subwords.Find(buffer[..KeepLettersAndDigits(url, buffer)], ref found);
        if (found is null)
        {
            return 0;
        }

        first ??= _subwords.Words[found[0].Word];
        return found.Count;
    }
}
