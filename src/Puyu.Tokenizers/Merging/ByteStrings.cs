using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Puyu.Tokenizers.Merging;

/// <summary>The byte strings of a vocabulary: by id, and from bytes to id.</summary>
/// <remarks>
/// All bytes lie in one array. The map is open addressing with linear probing over (hash, id); a hit compares the
/// bytes. Of equal strings the one of lowest id is found. Filled once, then shared by threads.
/// </remarks>
internal sealed class ByteStrings
{
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly Slot[] _slots;
    private readonly int _shift;

    /// <summary>Copies the strings.</summary>
    /// <param name="strings">Bytes by id; empty ones are not found by <see cref="Find"/>.</param>
    /// <param name="isFound">Whether an id is found by its bytes; null for all.</param>
    public ByteStrings(IReadOnlyList<byte[]> strings, Func<int, bool>? isFound = null)
    {
        _offsets = new int[strings.Count + 1];
        for (int id = 0; id < strings.Count; id++)
        {
            _offsets[id + 1] = checked(_offsets[id] + strings[id].Length);
        }

        _bytes = new byte[_offsets[^1]];
        _slots = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * strings.Count))];
        _shift = 64 - BitOperations.Log2((uint)_slots.Length);
        Array.Fill(_slots, new Slot(0, -1));
        for (int id = 0; id < strings.Count; id++)
        {
            strings[id].CopyTo(_bytes, _offsets[id]);
            if (strings[id].Length > 0 && isFound?.Invoke(id) != false)
            {
                Insert(strings[id], id);
            }
        }
    }

    /// <summary>Number of ids.</summary>
    public int Count => _offsets.Length - 1;

    /// <summary>The bytes of an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such id.</exception>
    public ReadOnlySpan<byte> this[int id]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, Count);
            return _bytes.AsSpan(_offsets[id].._offsets[id + 1]);
        }
    }

    /// <summary>Id of a byte string; −1 where there is none.</summary>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        ulong hash = Hash(bytes);
        for (int at = (int)(hash >> _shift); _slots[at].Id >= 0; at = (at + 1) & (_slots.Length - 1))
        {
            if (_slots[at].Hash == (uint)hash && this[_slots[at].Id].SequenceEqual(bytes))
            {
                return _slots[at].Id;
            }
        }

        return -1;
    }

    /// <summary>A 64-bit hash whose upper bits are the best mixed.</summary>
    internal static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = (ulong)bytes.Length * 0x9E3779B97F4A7C15;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }

        ulong tail = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            tail |= (ulong)bytes[i] << (8 * i);
        }

        return Mix(hash ^ tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        value *= 0xBF58476D1CE4E5B9;
        return (value ^ (value >> 29)) * 0x94D049BB133111EB;
    }

    private void Insert(ReadOnlySpan<byte> bytes, int id)
    {
        if (Find(bytes) >= 0)
        {
            return;
        }

        ulong hash = Hash(bytes);
        int at = (int)(hash >> _shift);
        while (_slots[at].Id >= 0)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        _slots[at] = new Slot((uint)hash, id);
    }

    private readonly record struct Slot(uint Hash, int Id);
}
