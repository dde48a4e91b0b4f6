using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Puyu.Data.Text;

/// <summary>
/// Numbers 64-bit keys from 0 in the order of their first appearance. Open addressing with linear steps, at most half
/// full, starting small so that short texts neither clear nor touch much memory. Kept and cleared, not made anew.
/// </summary>
internal sealed class IdTable
{
    private const int SmallestCapacity = 64;

    /// <summary>More is not cleared ahead: a table that needs it grows.</summary>
    private const int LargestFirstCapacity = 1 << 15;

    private Slot[] _slots = new Slot[SmallestCapacity];
    private Slot[] _spare = [];
    private int _capacity = SmallestCapacity;
    private int _shift = 64 - 6;

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all keys.</summary>
    /// <param name="expected">About how many keys will come.</param>
    public void Clear(int expected)
    {
        uint wanted = (uint)Math.Clamp(expected, SmallestCapacity, LargestFirstCapacity);
        SetCapacity((int)BitOperations.RoundUpToPowerOf2(wanted));
        Count = 0;
    }

    /// <summary>The number of a key, which is <see cref="Count"/> if it is new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Number(ulong key)
    {
        // The shift keeps the home within the capacity, which never exceeds the length.
        ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), Home(key));
        return slot.Id != 0 && slot.Key == key ? slot.Id - 1 : NumberAfterHome(key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int NumberAfterHome(ulong key)
    {
        int mask = _capacity - 1;
        ref Slot slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        for (int at = (int)Home(key); ; at = (at + 1) & mask)
        {
            ref Slot slot = ref Unsafe.Add(ref slots, at);
            if (slot.Id == 0)
            {
                slot.Key = key;
                slot.Id = ++Count;
                break;
            }

            if (slot.Key == key)
            {
                return slot.Id - 1;
            }
        }

        if (Count > _capacity >> 1)
        {
            Grow();
        }

        return Count - 1;
    }

    private nint Home(ulong key) => (nint)((key * 0x9E3779B97F4A7C15) >> _shift);

    private void Grow()
    {
        ReadOnlySpan<Slot> old = _slots.AsSpan(0, _capacity);
        (_slots, _spare) = (_spare, _slots);
        SetCapacity(2 * _capacity);
        int mask = _capacity - 1;
        foreach (Slot slot in old)
        {
            if (slot.Id != 0)
            {
                int at = (int)Home(slot.Key);
                while (_slots[at].Id != 0)
                {
                    at = (at + 1) & mask;
                }

                _slots[at] = slot;
            }
        }
    }

    private void SetCapacity(int capacity)
    {
        if (_slots.Length < capacity)
        {
            _slots = new Slot[capacity];
        }
        else
        {
            _slots.AsSpan(0, capacity).Clear();
        }

        _capacity = capacity;
        _shift = 64 - BitOperations.Log2((uint)capacity);
    }

    /// <summary>A key and its number plus one; 0 is an empty slot.</summary>
    private struct Slot
    {
        public ulong Key;
        public int Id;
    }
}
