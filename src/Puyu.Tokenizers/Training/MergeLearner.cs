namespace Puyu.Tokenizers.Training;

/// <summary>Byte-pair encoding learned with incremental pair counts.</summary>
/// <remarks>
/// <para>
/// Repeat: take the adjacent pair that occurs most often, of several the one with the smaller (left, right); give it
/// the next id; replace it everywhere, left to right. <see cref="MergeLearnerReference"/> says just that.
/// </para>
/// <para>
/// Here a merge touches only the places where its pair occurs, and changes only the counts of the pairs around them.
/// Counts of existing pairs never grow, so a priority queue of upper bounds suffices: an entry whose count is out of
/// date goes back with its present one. Cost: O(P log P) for P places, instead of O(P) a merge.
/// </para>
/// <para>Source: Sennrich, Haddow and Birch, 2016 (arXiv:1508.07909).</para>
/// </remarks>
internal sealed class MergeLearner
{
    private const int MergesPerReport = 64;

    private readonly MergeCorpus _corpus;
    private readonly MergeLimits _limits;
    private readonly PairTable _pairs = new();
    private readonly PriorityQueue<int, Candidate> _queue = new();
    private readonly List<int> _spans;

    /// <param name="corpus">Words of symbols in [0, <paramref name="symbols"/>); changed.</param>
    /// <param name="symbols">Number of ids that exist before the first merge.</param>
    /// <param name="limits">Which pairs may be merged.</param>
    public MergeLearner(MergeCorpus corpus, int symbols, MergeLimits limits)
    {
        _corpus = corpus;
        _limits = limits;
        _spans = [.. Enumerable.Repeat(1, symbols)];
        CountPairs();
    }

    /// <summary>Learns up to <paramref name="count"/> merges; fewer if no allowed pair is left.</summary>
    /// <returns>The pairs in the order learned; the id of the i-th is the number of symbols + i.</returns>
    public List<(int Left, int Right)> Learn(int count, IProgress<TrainingProgress>? progress)
    {
        var merges = new List<(int Left, int Right)>(count);
        while (merges.Count < count && TryTakeBest(out int best))
        {
            (int left, int right) = PairTable.Split(_pairs.Key(best));
            Merge(best, left, right);
            merges.Add((left, right));
            if (merges.Count % MergesPerReport == 0 || merges.Count == count)
            {
                progress?.Report(new TrainingProgress(merges.Count, count));
            }
        }

        return merges;
    }

    private void CountPairs()
    {
        ReadOnlySpan<int> symbols = _corpus.Symbols;
        ReadOnlySpan<int> words = _corpus.Words;
        ReadOnlySpan<long> weights = _corpus.Weights;
        for (int i = 1; i + 1 < symbols.Length; i++)
        {
            if (symbols[i] >= 0 && symbols[i + 1] >= 0)
            {
                _pairs.Add(symbols[i], symbols[i + 1], i, weights[words[i]]);
            }
        }

        Enqueue(_pairs.EndStep());
    }

    private void Enqueue(int first)
    {
        for (int index = first; index < _pairs.Count; index++)
        {
            (int left, int right) = PairTable.Split(_pairs.Key(index));
            if (_pairs.Occurrences(index) >= _limits.MinFrequency && _spans[left] + _spans[right] <= _limits.MaxSpan)
            {
                _queue.Enqueue(index, new Candidate(_pairs.Occurrences(index), _pairs.Key(index)));
            }
        }
    }

    private bool TryTakeBest(out int best)
    {
        while (_queue.TryDequeue(out best, out Candidate candidate))
        {
            long count = _pairs.Occurrences(best);
            if (count == candidate.Count)
            {
                return true;
            }

            if (count >= _limits.MinFrequency)
            {
                _queue.Enqueue(best, candidate with { Count = count });
            }
        }

        return false;
    }

    private void Merge(int pair, int left, int right)
    {
        Span<int> symbols = _corpus.Symbols;
        int merged = _spans.Count;
        (int leftSpan, int rightSpan) = (_spans[left], _spans[right]);
        _spans.Add(leftSpan + rightSpan);
        Span<int> positions = _pairs.Positions(pair);
        if (left == right)
        {
            // Only a pair of equal tokens overlaps itself, and then the leftmost occurrence wins.
            positions.Sort();
        }

        foreach (int first in positions)
        {
            int middle = first + leftSpan;
            if (symbols[first] == left && symbols[middle] == right)
            {
                Recount(first, middle + rightSpan, merged, left, right);
                symbols[middle - 1] = MergeCorpus.Inside;
                symbols[middle] = MergeCorpus.Inside;
                symbols[first] = merged;
                symbols[middle + rightSpan - 1] = merged;
            }
        }

        _pairs.Clear(pair);
        Enqueue(_pairs.EndStep());
    }

    /// <summary>Moves the two pairs around the merged one from the old tokens to the new.</summary>
    private void Recount(int first, int end, int merged, int left, int right)
    {
        ReadOnlySpan<int> symbols = _corpus.Symbols;
        long weight = _corpus.Weights[_corpus.Words[first]];
        int before = symbols[first - 1];
        if (before >= 0)
        {
            _pairs.Remove(before, left, weight);
            _pairs.Add(before, merged, first - _spans[before], weight);
        }

        int after = symbols[end];
        if (after >= 0)
        {
            _pairs.Remove(right, after, weight);
            _pairs.Add(merged, after, first, weight);
        }
    }

    /// <summary>An upper bound of a pair's count; the queue takes the smallest first.</summary>
    private readonly record struct Candidate(long Count, ulong Key) : IComparable<Candidate>
    {
        public int CompareTo(Candidate other) =>
            Count != other.Count ? other.Count.CompareTo(Count) : Key.CompareTo(other.Key);
    }
}

/// <summary>Which pairs may be merged.</summary>
/// <param name="MinFrequency">A pair must occur so often.</param>
/// <param name="MaxSpan">The merged token may hold so many symbols.</param>
internal readonly record struct MergeLimits(long MinFrequency, int MaxSpan);
