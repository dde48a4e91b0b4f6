using System.Diagnostics;

namespace Puyu.Tokenizers.Training;

/// <summary>
/// The adjacent pairs of tokens seen so far: for each, how often it occurs now, and where it occurred when the younger
/// of its two tokens was made.
/// </summary>
/// <remarks>
/// A pair gets a dense index when it is first seen; a hash table with linear probing leads from (left, right) to it.
/// Occurrences of a pair arise only in the step that makes the younger of its tokens, so the list of each pair is
/// written once, as one segment of a common pool. Entries that a later merge destroyed stay in the list; the reader
/// checks them.
/// </remarks>
internal sealed class PairTable
{
    private int[] _buckets = new int[1 << 12];
    private Pair[] _pairs = new Pair[1 << 10];
    private int[] _pool = [];
    private int _poolLength;
    private int[] _stepPairs = new int[1 << 10];
    private int[] _stepPositions = new int[1 << 10];
    private int _stepLength;
    private int _stepFirst;

    /// <summary>Number of distinct pairs ever seen.</summary>
    public int Count { get; private set; }

    /// <summary>The pair as one number, ordered by left token and then by right token.</summary>
    public ulong Key(int index) => _pairs[index].Key;

    /// <summary>Present number of occurrences, weighted by the words they are in.</summary>
    public long Occurrences(int index) => _pairs[index].Count;

    /// <summary>Where the pair occurred when it was first seen; some places may be out of date.</summary>
    public Span<int> Positions(int index) => _pool.AsSpan(_pairs[index].First, _pairs[index].Length);

    /// <summary>The left and right token of a key.</summary>
    public static (int Left, int Right) Split(ulong key) => ((int)(key >> 32), (int)(uint)key);

    /// <summary>Counts an occurrence that this step made.</summary>
    public void Add(int left, int right, int position, long weight)
    {
        int index = IndexOf(Join(left, right));
        _pairs[index].Count += weight;
        Debug.Assert(index >= _stepFirst);
        if (_stepLength == _stepPairs.Length)
        {
            Array.Resize(ref _stepPairs, 2 * _stepLength);
            Array.Resize(ref _stepPositions, 2 * _stepLength);
        }

        _stepPairs[_stepLength] = index;
        _stepPositions[_stepLength++] = position;
    }

    /// <summary>Takes an occurrence that a merge destroyed out of the count.</summary>
    public void Remove(int left, int right, long weight) => _pairs[IndexOf(Join(left, right))].Count -= weight;

    /// <summary>Marks a pair as merged everywhere.</summary>
    public void Clear(int index) => _pairs[index].Count = 0;

    /// <summary>Ends a step: files the places of the pairs it made.</summary>
    /// <returns>Index of the first pair that the step made; the rest follow up to <see cref="Count"/>.</returns>
    public int EndStep()
    {
        int first = _stepFirst;
        for (int i = 0; i < _stepLength; i++)
        {
            _pairs[_stepPairs[i]].Length++;
        }

        EnsurePool(checked(_poolLength + _stepLength));
        for (int i = first; i < Count; i++)
        {
            _pairs[i].First = _poolLength;
            _poolLength += _pairs[i].Length;
            _pairs[i].Length = 0;
        }

        for (int i = 0; i < _stepLength; i++)
        {
            ref Pair pair = ref _pairs[_stepPairs[i]];
            _pool[pair.First + pair.Length++] = _stepPositions[i];
        }

        _stepFirst = Count;
        _stepLength = 0;
        return first;
    }

    private static ulong Join(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int IndexOf(ulong key)
    {
        int[] buckets = _buckets;
        int mask = buckets.Length - 1;
        for (int i = Home(key) & mask; ; i = (i + 1) & mask)
        {
            int index = buckets[i] - 1;
            if (index < 0)
            {
                return Insert(key, i);
            }

            if (_pairs[index].Key == key)
            {
                return index;
            }
        }
    }

    private int Insert(ulong key, int bucket)
    {
        if (Count == _pairs.Length)
        {
            Array.Resize(ref _pairs, 2 * Count);
        }

        _pairs[Count] = new Pair { Key = key };
        _buckets[bucket] = Count + 1;
        Count++;
        if (Count * 2 > _buckets.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    private void Grow()
    {
        int[] buckets = new int[_buckets.Length * 4];
        int mask = buckets.Length - 1;
        for (int index = 0; index < Count; index++)
        {
            int i = Home(_pairs[index].Key) & mask;
            while (buckets[i] != 0)
            {
                i = (i + 1) & mask;
            }

            buckets[i] = index + 1;
        }

        _buckets = buckets;
    }

    private void EnsurePool(int length)
    {
        if (length > _pool.Length)
        {
            Array.Resize(ref _pool, (int)Math.Min(Array.MaxLength, Math.Max(length, 2L * _pool.Length)));
        }
    }

    private static int Home(ulong key) => (int)((key * 0x9E37_79B9_7F4A_7C15) >> 36);

    private struct Pair
    {
        public ulong Key;
        public long Count;
        public int First;
        public int Length;
    }
}
