using System.Buffers.Binary;

namespace Puyu.Data.Formats;

/// <summary>A pack of a Git repository with its index. Used by one thread.</summary>
/// <remarks>Source: gitformat-pack(5), index version 2, pack versions 2 and 3, SHA-1.</remarks>
internal sealed unsafe class GitPack : IDisposable
{
    private const int HashBytes = 20;
    private const int FanoutBytes = 8;
    private const int HashesBytes = FanoutBytes + (256 * 4);
    private const int TrailerBytes = 2 * HashBytes;
    private const int MaxDepth = 4095;
    private const long MaxCachedBytes = 1 << 26;
    private const int OffsetDelta = 6;
    private const int HashDelta = 7;

    private readonly MappedFile _index;
    private readonly MappedFile _pack;
    private readonly int _objects;
    private readonly int _maxBytes;
    private readonly Func<string, int, GitObject?> _read;
    private readonly Dictionary<long, GitObject> _cache = [];
    private readonly Inflater _inflater = new();
    private long _cachedBytes;

    /// <summary>Opens a pack.</summary>
    /// <param name="indexPath">The .idx file; the .pack file is beside it.</param>
    /// <param name="maxBytes">Most bytes of an object.</param>
    /// <param name="read">Reads an object by hash and depth, for deltas to others than those of this pack.</param>
    /// <exception cref="InvalidDataException">The index is damaged or of another version.</exception>
    public GitPack(string indexPath, int maxBytes, Func<string, int, GitObject?> read)
    {
        _maxBytes = maxBytes;
        _read = read;
        _index = new MappedFile(indexPath);
        try
        {
            _pack = new MappedFile(Path.ChangeExtension(indexPath, ".pack"));
        }
        catch
        {
            _index.Dispose();
            throw;
        }

        ReadOnlySpan<byte> magic = [0xFF, (byte)'t', (byte)'O', (byte)'c', 0, 0, 0, 2];
        bool isIndex = _index.Length >= HashesBytes + TrailerBytes && _index.Slice(0, FanoutBytes).SequenceEqual(magic);
        _objects = isIndex ? (int)Math.Min(Fanout(255), int.MaxValue) : 0;
        if (!isIndex || _index.Length < HashesBytes + (28L * _objects) + TrailerBytes)
        {
            Dispose();
            throw new InvalidDataException($"{Path.GetFileName(indexPath)} is no pack index of version 2, or is cut");
        }
    }

    /// <summary>Reads an object.</summary>
    /// <param name="hash">Its SHA-1.</param>
    /// <param name="depth">Deltas that led here.</param>
    /// <returns>Null if the pack does not have it.</returns>
    /// <exception cref="InvalidDataException">The object is damaged or too large.</exception>
    public GitObject? Find(ReadOnlySpan<byte> hash, int depth)
    {
        long low = hash[0] == 0 ? 0 : Fanout(hash[0] - 1);
        long high = Math.Min(Fanout(hash[0]), _objects) - 1;
        while (low <= high)
        {
            long middle = (low + high) / 2;
            int order = _index.Slice(HashesBytes + (middle * HashBytes), HashBytes).SequenceCompareTo(hash);
            if (order == 0)
            {
                return ReadAt(OffsetOf(middle), depth);
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _index.Dispose();
        _pack.Dispose();
    }

    private long Fanout(int first) =>
        BinaryPrimitives.ReadUInt32BigEndian(_index.Slice(FanoutBytes + (4 * first), 4));

    private long OffsetOf(long number)
    {
        const uint IsLarge = 1u << 31;
        long offsets = HashesBytes + (24L * _objects);
        uint offset = BinaryPrimitives.ReadUInt32BigEndian(_index.Slice(offsets + (4 * number), 4));
        if ((offset & IsLarge) == 0)
        {
            return offset;
        }

        long large = offsets + (4L * _objects) + (8L * (offset & ~IsLarge));
        return large <= _index.Length - 8
            ? BinaryPrimitives.ReadInt64BigEndian(_index.Slice(large, 8))
            : throw Damaged("an offset is behind the end of the index");
    }

    private GitObject ReadAt(long offset, int depth)
    {
        if (_cache.TryGetValue(offset, out GitObject? cached))
        {
            return cached;
        }

        if (depth > MaxDepth)
        {
            throw Damaged("deltas refer to each other without end");
        }

        long at = offset;
        byte first = ByteAt(at++);
        int kind = (first >> 4) & 7;
        long size = first & 15;
        for (int shift = 4; (first & 0x80) != 0 && shift < 60; shift += 7)
        {
            first = ByteAt(at++);
            size |= (long)(first & 0x7F) << shift;
        }

        GitObject read;
        if (kind is OffsetDelta or HashDelta)
        {
            GitObject source = kind == OffsetDelta ? ReadAt(offset - Back(ref at), depth + 1) : Source(ref at, depth);
            byte[] delta = Inflate(at, size);
            read = source with { Content = GitDelta.Apply(source.Content, delta, _maxBytes) };
        }
        else
        {
            read = kind is >= (int)GitKind.Commit and <= (int)GitKind.Tag
                ? new GitObject((GitKind)kind, Inflate(at, size))
                : throw Damaged("an object is of no known kind");
        }

        Remember(offset, read);
        return read;
    }

    private void Remember(long offset, GitObject read)
    {
        if (_cachedBytes + read.Content.Length > MaxCachedBytes)
        {
            _cache.Clear();
            _cachedBytes = 0;
        }

        _cache[offset] = read;
        _cachedBytes += read.Content.Length;
    }

    private long Back(ref long at)
    {
        byte value = ByteAt(at++);
        long back = value & 0x7F;
        for (int i = 0; (value & 0x80) != 0 && i < 8; i++)
        {
            value = ByteAt(at++);
            back = ((back + 1) << 7) | (long)(value & 0x7F);
        }

        return back > 0 ? back : throw Damaged("a delta refers to itself");
    }

    private GitObject Source(ref long at, int depth)
    {
        if (at > _pack.Length - HashBytes)
        {
            throw Damaged("an object is cut");
        }

        ReadOnlySpan<byte> hash = _pack.Slice(at, HashBytes);
        at += HashBytes;
        return Find(hash, depth + 1) ?? _read(Convert.ToHexStringLower(hash), depth + 1)
            ?? throw Damaged($"a delta refers to {Convert.ToHexStringLower(hash)}, which is absent");
    }

    private byte[] Inflate(long at, long size)
    {
        if (size > _maxBytes || at > _pack.Length)
        {
            throw Damaged(FormattableString.Invariant($"an object has {size} bytes but must have at most {_maxBytes}"));
        }

        return ZlibData.Inflate(_inflater, _pack.Bytes + at, _pack.Length - at, (int)size);
    }

    private byte ByteAt(long offset) => offset >= 0 && offset < _pack.Length
        ? _pack.Bytes[offset]
        : throw Damaged("an offset is outside of the pack");

    private InvalidDataException Damaged(string what) => new($"{Path.GetFileName(_pack.Path)} is damaged: {what}");
}
