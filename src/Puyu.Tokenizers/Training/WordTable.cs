using System.Buffers.Binary;

namespace Puyu.Tokenizers.Training;

/// <summary>How often each distinct piece of text occurs: a hash table of byte strings that owns one arena.</summary>
/// <remarks>
/// Open addressing with linear probing, at most half full; the bytes of all words lie one after the other, so adding a
/// word that is known allocates nothing. The distinct words together must stay below 2 GiB. Not for shared use.
/// </remarks>
internal sealed class WordTable
{
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    private byte[] _arena = new byte[1 << 16];
    private int _arenaLength;
    private Slot[] _slots = new Slot[1 << 12];

    /// <summary>Number of distinct words.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all distinct words together.</summary>
    public int Bytes => _arenaLength;

    /// <summary>Adds <paramref name="count"/> occurrences of a word.</summary>
    public void Add(ReadOnlySpan<byte> word, long count) => Add(word, Hash(word), count);

    /// <summary>Adds everything that <paramref name="other"/> counted.</summary>
    public void Add(WordTable other)
    {
        foreach (ref readonly Slot slot in other._slots.AsSpan())
        {
            if (slot.Count > 0)
            {
                Add(other._arena.AsSpan(slot.Offset, slot.Length), slot.Hash, slot.Count);
            }
        }
    }

    /// <summary>The distinct words with their counts, in an order that means nothing.</summary>
    public IEnumerable<(ReadOnlyMemory<byte> Word, long Count)> Words()
    {
        foreach (Slot slot in _slots)
        {
            if (slot.Count > 0)
            {
                yield return (_arena.AsMemory(slot.Offset, slot.Length), slot.Count);
            }
        }
    }

    private void Add(ReadOnlySpan<byte> word, ulong hash, long count)
    {
        Slot[] slots = _slots;
        int mask = slots.Length - 1;
        for (int i = (int)(hash >> 32) & mask; ; i = (i + 1) & mask)
        {
            ref Slot slot = ref slots[i];
            if (slot.Count == 0)
            {
                slot = new Slot { Hash = hash, Offset = Store(word), Length = word.Length, Count = count };
                Count++;
                if (Count * 2 > slots.Length)
                {
                    Grow();
                }

                return;
            }

            if (slot.Hash == hash && word.SequenceEqual(_arena.AsSpan(slot.Offset, slot.Length)))
            {
                slot.Count += count;
                return;
            }
        }
    }

    private int Store(ReadOnlySpan<byte> word)
    {
        int offset = _arenaLength;
        int end = checked(offset + word.Length);
        if (end > _arena.Length)
        {
            Array.Resize(ref _arena, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _arena.Length)));
        }

        word.CopyTo(_arena.AsSpan(offset));
        _arenaLength = end;
        return offset;
    }

    private void Grow()
    {
        Slot[] slots = new Slot[_slots.Length * 4];
        int mask = slots.Length - 1;
        foreach (ref readonly Slot slot in _slots.AsSpan())
        {
            if (slot.Count == 0)
            {
                continue;
            }

            int i = (int)(slot.Hash >> 32) & mask;
            while (slots[i].Count != 0)
            {
                i = (i + 1) & mask;
            }

            slots[i] = slot;
        }

        _slots = slots;
    }

    /// <summary>Folds eight bytes at a time; the last block overlaps the one before it.</summary>
    private static ulong Hash(ReadOnlySpan<byte> word)
    {
        ulong hash = (ulong)word.Length * Multiplier;
        if (word.Length >= 8)
        {
            for (int i = 0; i + 8 < word.Length; i += 8)
            {
                hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(word[i..]));
            }

            return Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(word[^8..]));
        }

        if (word.Length >= 4)
        {
            ulong low = BinaryPrimitives.ReadUInt32LittleEndian(word);
            ulong high = BinaryPrimitives.ReadUInt32LittleEndian(word[^4..]);
            return Mix(hash ^ (high << 32) ^ low);
        }

        ulong few = 0;
        foreach (byte value in word)
        {
            few = (few << 8) | value;
        }

        return Mix(hash ^ few);
    }

    private static ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value, Multiplier, out ulong low);
        return high ^ low;
    }

    private struct Slot
    {
        public ulong Hash;
        public int Offset;
        public int Length;
        public long Count;
    }
}
