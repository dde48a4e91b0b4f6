namespace Puyu.Data.Text;

/// <summary>
/// How much of a text is word n-grams that occur more than once, for n from 2 to 10, exactly and in little more time
/// than it takes to number the pairs of words.
/// </summary>
/// <remarks>
/// An n-gram can only occur twice if both (n−1)-grams in it do. So each level numbers only the places that survived the
/// level before, by the pair of numbers of the two (n−1)-grams; in prose that is most places for n = 2, a third for
/// n = 3 and next to none from n = 5 on. Pairs of numbers are compared, not hashes, so nothing collides.
/// </remarks>
internal sealed class NGramRepeats
{
    /// <summary>The longest n-gram.</summary>
    public const int Longest = 10;

    private readonly IdTable _table = new();
    private readonly long[] _mostFrequent = new long[Longest + 1];
    private readonly long[] _mostFrequentOccurrences = new long[Longest + 1];
    private readonly long[] _greedy = new long[Longest + 1];
    private readonly long[] _shared = new long[Longest + 1];
    private readonly long[] _sharedOccurrences = new long[Longest + 1];
    private int[] _places = [];
    private int[] _ids = [];
    private int[] _occurrences = [];
    private int _count;

    /// <summary>
    /// UTF-16 units, without spaces, in all occurrences of the most frequent n-gram; among several the one that begins
    /// first. 0 if there are fewer than n words.
    /// </summary>
    public long MostFrequentCharacters(int n) => _mostFrequent[n];

    /// <summary>Occurrences of that n-gram.</summary>
    public long MostFrequentOccurrences(int n) => _mostFrequentOccurrences[n];

    /// <summary>
    /// UTF-16 units, without spaces, in n-grams that occurred before, reading on behind each one that did: what was
    /// read over counts neither as repeated nor as having occurred.
    /// </summary>
    public long RepeatedCharacters(int n) => _greedy[n];

    /// <summary>UTF-16 units, without spaces, in n-grams that occur more than once, each occurrence in full.</summary>
    public long SharedCharacters(int n) => _shared[n];

    /// <summary>How many n-grams occur more than once, each occurrence counted.</summary>
    public long SharedOccurrences(int n) => _sharedOccurrences[n];

    /// <summary>Counts the n-grams of a text.</summary>
    public void Count(WordList words)
    {
        Begin(words);
        for (int n = 2; n <= Longest; n++)
        {
            int longest = Level(words, n);
            MostFrequent(words, n, longest);
            DropUnique();
            Sum(words, n);
        }
    }

    /// <summary>The places of words that occur more than once.</summary>
    private void Begin(WordList words)
    {
        if (_places.Length < words.Count)
        {
            int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)words.Count);
            _places = new int[capacity];
            _ids = new int[capacity];
            _occurrences = new int[capacity];
        }

        ReadOnlySpan<int> ids = words.Ids;
        ReadOnlySpan<int> occurrences = words.Occurrences;
        int count = 0;
        for (int place = 0; place < ids.Length; place++)
        {
            int id = ids[place];
            _places[count] = place;
            _ids[count] = id;
            count += occurrences[id] > 1 ? 1 : 0;
        }

        _count = count;
    }

    /// <summary>Makes n-grams of neighbouring (n−1)-grams.</summary>
    /// <returns>Number of the most frequent one, of several that which begins first; −1 if there is none.</returns>
    private int Level(WordList words, int n)
    {
        int[] places = _places;
        int[] ids = _ids;
        int[] occurrences = _occurrences;
        int count = 0;
        _table.Clear(_count);
        for (int i = 0; i + 1 < _count; i++)
        {
            if (places[i + 1] == places[i] + 1)
            {
                int known = _table.Count;
                int id = _table.Number(((ulong)(uint)ids[i] << 32) | (uint)ids[i + 1]);
                if (id == known)
                {
                    occurrences[id] = 0;
                }

                occurrences[id]++;
                places[count] = places[i];
                ids[count++] = id;
            }
        }

        _count = count;
        int most = -1;
        for (int id = 0; id < _table.Count; id++)
        {
            most = most < 0 || occurrences[id] > occurrences[most] ? id : most;
        }

        return n > words.Count ? -1 : most;
    }

    private void MostFrequent(WordList words, int n, int id)
    {
        bool occursTwice = id >= 0 && _occurrences[id] > 1;
        int place = occursTwice ? _places[_ids.AsSpan(0, _count).IndexOf(id)] : 0;
        int occurrences = occursTwice ? _occurrences[id] : 1;
        _mostFrequentOccurrences[n] = words.Count < n ? 0 : occurrences;
        _mostFrequent[n] = words.Count < n ? 0 : (long)occurrences * Characters(words, place, n);
    }

    private void DropUnique()
    {
        int count = 0;
        for (int i = 0; i < _count; i++)
        {
            int id = _ids[i];
            _places[count] = _places[i];
            _ids[count] = id;
            count += _occurrences[id] > 1 ? 1 : 0;
        }

        _count = count;
    }

    private void Sum(WordList words, int n)
    {
        const int Seen = int.MinValue; // the sign marks n-grams that were read
        long repeated = 0;
        long shared = 0;
        int next = 0;
        for (int i = 0; i < _count; i++)
        {
            int place = _places[i];
            int length = Characters(words, place, n);
            shared += length;
            if (place < next)
            {
                continue;
            }

            ref int occurrences = ref _occurrences[_ids[i]];
            if (occurrences < 0)
            {
                repeated += length;
                next = place + n;
            }

            occurrences |= Seen;
        }

        _greedy[n] = repeated;
        _shared[n] = shared;
        _sharedOccurrences[n] = _count;
    }

    private static int Characters(WordList words, int place, int n) =>
        words.CharactersBefore[place + n] - words.CharactersBefore[place];
}
