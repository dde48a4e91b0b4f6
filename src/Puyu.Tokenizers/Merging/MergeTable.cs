using System.Numerics;
using System.Runtime.CompilerServices;

namespace Puyu.Tokenizers.Merging;

/// <summary>What each mergeable pair of adjacent symbols becomes, and how early: a flat hash table.</summary>
/// <remarks>Open addressing, linear probing, at most half full. Filled once, then shared by threads.</remarks>
internal sealed class MergeTable
{
    /// <summary>Rank of a pair that does not merge; above every rank.</summary>
    public const int NoRank = int.MaxValue;

    private const ulong Empty = ulong.MaxValue;

    private Slot[] _slots;
    private int _shift;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Pairs that fit before it grows.</param>
    public MergeTable(int capacity = 16)
    {
        _slots = NewSlots((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * capacity)));
        _shift = 64 - BitOperations.Log2((uint)_slots.Length);
    }

    /// <summary>Number of pairs.</summary>
    public int Count { get; private set; }

    /// <summary>Every pair, in no order.</summary>
    public IEnumerable<(int Left, int Right)> Pairs =>
        _slots.Where(slot => slot.Key != Empty).Select(slot => ((int)(slot.Key >> 32), (int)slot.Key));

    /// <summary>Adds a pair unless it is there.</summary>
    /// <param name="left">Symbol, 0 or more.</param>
    /// <param name="right">Symbol, 0 or more.</param>
    /// <param name="rank">Lower merges first; below <see cref="NoRank"/>.</param>
    /// <param name="merged">Symbol that replaces the pair.</param>
    /// <returns>False where the pair had a merge, which stays.</returns>
    public bool TryAdd(int left, int right, int rank, int merged)
    {
        if (2 * (Count + 1) > _slots.Length)
        {
            Grow();
        }

        ulong key = Key(left, right);
        int at = Find(key);
        if (_slots[at].Key == key)
        {
            return false;
        }

        _slots[at] = new Slot(key, rank, merged);
        Count++;
        return true;
    }

    /// <summary>Rank of a pair, <see cref="NoRank"/> where it does not merge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(int left, int right, out int merged)
    {
        ulong key = Key(left, right);
        ref Slot slot = ref _slots[Find(key)];
        merged = slot.Merged;
        return slot.Rank;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private static Slot[] NewSlots(int count)
    {
        var slots = new Slot[count];
        Array.Fill(slots, new Slot(Empty, NoRank, -1));
        return slots;
    }

    /// <summary>Slot of the key, or the free slot where it belongs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(ulong key)
    {
        Slot[] slots = _slots;
        int at = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (slots[at].Key != key && slots[at].Key != Empty)
        {
            at = (at + 1) & (slots.Length - 1);
        }

        return at;
    }

    private void Grow()
    {
        Slot[] old = _slots;
        _slots = NewSlots(old.Length * 2);
        _shift--;
        foreach (Slot slot in old)
        {
            if (slot.Key != Empty)
            {
                _slots[Find(slot.Key)] = slot;
            }
        }
    }

    private readonly record struct Slot(ulong Key, int Rank, int Merged);
}
