using System.Numerics;

namespace Puyu.Data.Decontamination;

/// <summary>A fixed set of 64-bit hashes with a number for each; most look-ups that fail read one word.</summary>
internal sealed class RunTable
{
    private readonly ulong[] _filter;
    private readonly ulong[] _hashes;
    private readonly int[] _numbers;
    private readonly int _shift;

    /// <summary>Makes the set.</summary>
    /// <param name="hashes">Distinct, none 0.</param>
    /// <param name="numbers">One for each.</param>
    public RunTable(ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> numbers)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * hashes.Length));
        _shift = 64 - BitOperations.Log2((uint)slots);
        _hashes = new ulong[slots];
        _numbers = new int[slots];
        _filter = new ulong[slots / 8]; // 16 bits or more an entry
        for (int i = 0; i < hashes.Length; i++)
        {
            int slot = (int)(hashes[i] >> _shift);
            while (_hashes[slot] != 0)
            {
                slot = (slot + 1) & (slots - 1);
            }

            _hashes[slot] = hashes[i];
            _numbers[slot] = numbers[i];
            _filter[Word(hashes[i])] |= Bits(hashes[i]);
        }
    }

    /// <summary>The number of a hash; −1 if it is not in the set.</summary>
    public int Find(ulong hash)
    {
        ulong bits = Bits(hash);
        if ((_filter[Word(hash)] & bits) != bits)
        {
            return -1;
        }

        for (int slot = (int)(hash >> _shift); _hashes[slot] != 0; slot = (slot + 1) & (_hashes.Length - 1))
        {
            if (_hashes[slot] == hash)
            {
                return _numbers[slot];
            }
        }

        return -1;
    }

    private int Word(ulong hash) => (int)((uint)(hash >> 24) & (uint)(_filter.Length - 1));

    private static ulong Bits(ulong hash) => (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63));
}
