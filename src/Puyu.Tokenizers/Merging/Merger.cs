namespace Puyu.Tokenizers.Merging;

/// <summary>
/// Byte-pair merging of one chunk: while a pair merges, the one of lowest rank does, the leftmost of those.
/// </summary>
/// <remarks>
/// <para>
/// Short chunks keep the rank of every pair in an array and look for the lowest: quadratic, and fastest up to a few
/// dozen symbols. Longer ones keep (rank, position) in a heap over a linked list: O(n log n), so that a megabyte of one
/// letter takes a second and not an hour. A heap entry is stale, and skipped, when its pair has another rank by then.
/// </para>
/// <para>Holds scratch memory: one for each thread at work.</para>
/// <para>Source: Sennrich, Haddow and Birch, 2016 (arXiv:1508.07909).</para>
/// </remarks>
/// <param name="merges">The merges; not changed.</param>
internal sealed class Merger(MergeTable merges)
{
    private const int MaxShort = 64;
    private const int MaxKeptScratch = 1 << 16;

    private readonly int[] _shortRanks = new int[MaxShort];
    private readonly int[] _shortMerged = new int[MaxShort];
    private int[] _ranks = [];
    private int[] _merged = [];
    private int[] _previous = [];
    private int[] _next = [];
    private ulong[] _heap = [];
    private int _heapCount;

    /// <summary>The pair that was merged last, meaningful after a <see cref="Merge"/> that merged.</summary>
    public (int Left, int Right) Last { get; private set; }

    /// <summary>Merges in place.</summary>
    /// <param name="symbols">Symbols of the chunk; the result overwrites the front.</param>
    /// <returns>The number of symbols left.</returns>
    public int Merge(Span<int> symbols) => symbols.Length <= MaxShort ? MergeShort(symbols) : MergeLong(symbols);

    private int MergeShort(Span<int> symbols)
    {
        int count = symbols.Length;
        Span<int> ranks = _shortRanks;
        Span<int> merged = _shortMerged;
        for (int i = 0; i + 1 < count; i++)
        {
            ranks[i] = merges.Rank(symbols[i], symbols[i + 1], out merged[i]);
        }

        while (count > 1)
        {
            int at = IndexOfLowest(ranks[..(count - 1)]);
            if (ranks[at] == MergeTable.NoRank)
            {
                break;
            }

            Last = (symbols[at], symbols[at + 1]);
            symbols[at] = merged[at];
            count--;
            symbols.Slice(at + 2, count - at - 1).CopyTo(symbols[(at + 1)..]);
            if (at + 1 < count)
            {
                ranks.Slice(at + 2, count - at - 2).CopyTo(ranks[(at + 1)..]);
                merged.Slice(at + 2, count - at - 2).CopyTo(merged[(at + 1)..]);
                ranks[at] = merges.Rank(symbols[at], symbols[at + 1], out merged[at]);
            }

            if (at > 0)
            {
                ranks[at - 1] = merges.Rank(symbols[at - 1], symbols[at], out merged[at - 1]);
            }
        }

        return count;
    }

    private static int IndexOfLowest(ReadOnlySpan<int> ranks)
    {
        int lowest = ranks[0];
        int at = 0;
        for (int i = 1; i < ranks.Length; i++)
        {
            if (ranks[i] < lowest)
            {
                (lowest, at) = (ranks[i], i);
            }
        }

        return at;
    }

    private int MergeLong(Span<int> symbols)
    {
        int count = symbols.Length;
        Prepare(count);
        for (int i = 0; i < count; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1 < count ? i + 1 : -1;
            Rate(symbols, i);
        }

        while (_heapCount > 0)
        {
            ulong entry = Pop();
            int at = (int)(uint)entry;
            if (_ranks[at] != (int)(entry >> 32))
            {
                continue;
            }

            int gone = _next[at];
            Last = (symbols[at], symbols[gone]);
            symbols[at] = _merged[at];
            _ranks[at] = MergeTable.NoRank;
            _ranks[gone] = MergeTable.NoRank;
            _next[at] = _next[gone];
            if (_next[at] >= 0)
            {
                _previous[_next[at]] = at;
            }

            Rate(symbols, at);
            if (_previous[at] >= 0)
            {
                Rate(symbols, _previous[at]);
            }
        }

        int left = 0;
        for (int i = 0; i >= 0; i = _next[i])
        {
            symbols[left++] = symbols[i];
        }

        Release();
        return left;
    }

    /// <summary>Looks up the pair that begins at a position and puts it on the heap if it merges.</summary>
    private void Rate(ReadOnlySpan<int> symbols, int at)
    {
        int next = _next[at];
        int rank = next < 0 ? MergeTable.NoRank : merges.Rank(symbols[at], symbols[next], out _merged[at]);
        if (rank != MergeTable.NoRank && rank != _ranks[at])
        {
            Push(((ulong)(uint)rank << 32) | (uint)at);
        }

        _ranks[at] = rank;
    }

    private void Prepare(int count)
    {
        if (_ranks.Length < count)
        {
            _ranks = new int[count];
            _merged = new int[count];
            _previous = new int[count];
            _next = new int[count];
        }

        _ranks.AsSpan(0, count).Fill(MergeTable.NoRank);
        _heapCount = 0;
    }

    /// <summary>Lets go of the memory that one giant chunk needed.</summary>
    private void Release()
    {
        if (_ranks.Length > MaxKeptScratch)
        {
            _ranks = _merged = _previous = _next = [];
            _heap = [];
        }
    }

    private void Push(ulong entry)
    {
        if (_heapCount == _heap.Length)
        {
            Array.Resize(ref _heap, Math.Max(256, 2 * _heap.Length));
        }

        int at = _heapCount++;
        while (at > 0 && _heap[(at - 1) / 2] > entry)
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = entry;
    }

    private ulong Pop()
    {
        ulong top = _heap[0];
        ulong last = _heap[--_heapCount];
        int at = 0;
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _heapCount)
            {
                break;
            }

            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child])
            {
                child++;
            }

            if (_heap[child] >= last)
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return top;
    }
}
