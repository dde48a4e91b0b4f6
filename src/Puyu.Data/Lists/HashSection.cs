using System.Runtime.InteropServices;

namespace Puyu.Data.Lists;

/// <summary>
/// A set of hashes in a mapped file: in ascending order, each at the place that it says or as near after it as the
/// order allows, with zeros between, so that a lookup is one cache miss. Ten bytes a hash.
/// </summary>
internal readonly unsafe struct HashSection
{
    private readonly ulong* _slots;
    private readonly ulong _places;

    /// <param name="file">The file; lives longer than this.</param>
    /// <param name="offset">Of the first slot in the file.</param>
    /// <param name="count">Hashes.</param>
    public HashSection(MappedFile file, long offset, long count)
    {
        _slots = (ulong*)(file.Bytes + offset);
        _places = Places(count);
        Count = count;
    }

    /// <summary>Hashes in the set.</summary>
    public long Count { get; }

    /// <summary>Whether a hash is in the set.</summary>
    public bool Contains(ulong hash)
    {
        if (Count == 0)
        {
            return false;
        }

        ulong* slot = _slots + Math.BigMul(hash, _places, out _);
        while (*slot < hash && *slot != 0)
        {
            slot++;
        }

        return *slot == hash;
    }

    /// <summary>Writes a section.</summary>
    /// <param name="stream">At a multiple of 8 bytes.</param>
    /// <param name="hashes">In ascending order, each once, without 0.</param>
    /// <returns>Bytes written.</returns>
    public static long Write(Stream stream, ReadOnlySpan<ulong> hashes)
    {
        const int SlotsAtOnce = 1 << 16;
        ulong places = Places(hashes.Length);
        var slots = new List<ulong>(SlotsAtOnce);
        ulong next = 0;
        foreach (ulong hash in hashes)
        {
            for (ulong place = Math.BigMul(hash, places, out _); next < place; next++)
            {
                slots.Add(0);
            }

            slots.Add(hash);
            next++;
            if (slots.Count >= SlotsAtOnce)
            {
                stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(slots)));
                slots.Clear();
            }
        }

        do
        {
            slots.Add(0); // the last slot is always empty, which ends the search for a hash beyond the last
            next++;
        }
        while (next <= places);
        stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(slots)));
        return (long)next * sizeof(ulong);
    }

    private static ulong Places(long count) => (ulong)(count + (count / 4));
}
