using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Puyu.Data.Text;

/// <summary>
/// Numbers 64-bit keys from 0 in the order of their first appearance. Open addressing with linear steps, at most half
/// full. Kept from text to text: a slot counts only with the stamp of this text, so nothing is cleared.
/// </summary>
/// <remarks>
/// New and known keys take the same instructions if their home is free or theirs; which of the two a word is cannot be
/// predicted, so a branch there would cost more than all the rest.
/// </remarks>
internal sealed class IdTable
{
    private const int SmallestCapacity = 64;

    /// <summary>More is not taken ahead, so that long texts stay in the cache while few keys have come.</summary>
    private const int LargestFirstCapacity = 1 << 15;

    private Slot[] _slots = new Slot[SmallestCapacity];
    private Slot[] _spare = [];
    private int _capacity = SmallestCapacity;
    private int _shift = 64 - 6;
    private int _stamp = 1;

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all keys.</summary>
    /// <param name="expected">About how many keys will come.</param>
    public void Clear(int expected)
    {
        int wanted = Math.Clamp(expected, SmallestCapacity / 2, LargestFirstCapacity / 2);
        SetCapacity((int)BitOperations.RoundUpToPowerOf2((uint)(2 * wanted)));
        Count = 0;
    }

    /// <summary>The number of a key, which is <see cref="Count"/> if it is new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Number(ulong key)
    {
        // The shift keeps the home within the capacity, which never exceeds the length.
        ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), Home(key));
        int count = Count;
        bool isFree = slot.Stamp != _stamp;
        if ((!isFree & slot.Key != key) | count >= _capacity >> 1)
        {
            return NumberAfterHome(key);
        }

        int id = isFree ? count : slot.Id;
        slot = new Slot { Key = key, Id = id, Stamp = _stamp };
        Count = count + (isFree ? 1 : 0);
        return id;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int NumberAfterHome(ulong key)
    {
        if (Count >= _capacity >> 1)
        {
            Grow();
        }

        ref Slot slot = ref Find(key);
        if (slot.Stamp != _stamp)
        {
            slot = new Slot { Key = key, Id = Count++, Stamp = _stamp };
        }

        return slot.Id;
    }

    /// <summary>Where a key is or belongs.</summary>
    private ref Slot Find(ulong key)
    {
        int mask = _capacity - 1;
        ref Slot slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        int at = (int)Home(key);
        while (Unsafe.Add(ref slots, at).Stamp == _stamp && Unsafe.Add(ref slots, at).Key != key)
        {
            at = (at + 1) & mask;
        }

        return ref Unsafe.Add(ref slots, at);
    }

    private nint Home(ulong key) => (nint)((key * 0x9E3779B97F4A7C15) >> _shift);

    private void Grow()
    {
        ReadOnlySpan<Slot> old = _slots.AsSpan(0, _capacity);
        int oldStamp = _stamp;
        (_slots, _spare) = (_spare, _slots);
        SetCapacity(2 * _capacity);
        foreach (Slot slot in old)
        {
            if (slot.Stamp == oldStamp)
            {
                Find(slot.Key) = slot with { Stamp = _stamp };
            }
        }
    }

    private void SetCapacity(int capacity)
    {
        if (_slots.Length < capacity)
        {
            _slots = new Slot[capacity];
        }

        if (_stamp == int.MaxValue)
        {
            _slots.AsSpan().Clear();
            _spare = [];
            _stamp = 0;
        }

        _stamp++;
        _capacity = capacity;
        _shift = 64 - BitOperations.Log2((uint)capacity);
    }

    /// <summary>A key and its number; free if the stamp is of another text.</summary>
    private struct Slot
    {
        public ulong Key;
        public int Id;
        public int Stamp;
    }
}
