using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    /// <summary>The longest n-gram of which the most frequent one is told.</summary>
    private const int LongestMostFrequent = 4;

    private readonly IdTable _table = new();
    private readonly long[] _mostFrequent = new long[Longest + 1];
    private readonly long[] _mostFrequentOccurrences = new long[Longest + 1];
    private readonly long[] _repeated = new long[Longest + 1];
    private readonly long[] _shared = new long[Longest + 1];
    private readonly long[] _sharedOccurrences = new long[Longest + 1];
    private int[] _places = [];
    private int[] _ids = [];
    private int[] _occurrences = [];
    private int _count;

    /// <summary>
    /// UTF-16 units, without spaces, in all occurrences of the most frequent n-gram, n up to 4; among several the one
    /// that begins first. 0 if there are fewer than n words.
    /// </summary>
    public long MostFrequentCharacters(int n) => _mostFrequent[n];

    /// <summary>Occurrences of that n-gram.</summary>
    public long MostFrequentOccurrences(int n) => _mostFrequentOccurrences[n];

    /// <summary>
    /// UTF-16 units, without spaces, in n-grams that occurred before, reading on behind each one that did: what was
    /// read over counts neither as repeated nor as having occurred.
    /// </summary>
    public long RepeatedCharacters(int n) => _repeated[n];

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
            Level();
            if (n <= LongestMostFrequent)
            {
                MostFrequent(words, n);
            }

            Keep(words.CharactersBefore, n);
        }
    }

    /// <summary>The places of words that occur more than once.</summary>
    private void Begin(WordList words)
    {
        if (_places.Length < words.Count)
        {
            int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)words.Count);
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

    /// <summary>Makes n-grams of neighbouring (n−1)-grams, in place: what is written was read.</summary>
    private void Level()
    {
        _table.Clear(_count);
        ref int places = ref MemoryMarshal.GetArrayDataReference(_places);
        ref int ids = ref MemoryMarshal.GetArrayDataReference(_ids);
        ref int occurrences = ref MemoryMarshal.GetArrayDataReference(_occurrences);
        int count = 0;
        for (int i = 0; i + 1 < _count; i++)
        {
            int place = Unsafe.Add(ref places, i);
            if (Unsafe.Add(ref places, i + 1) == place + 1)
            {
                int known = _table.Count;
                int id = _table.Number(((ulong)(uint)Unsafe.Add(ref ids, i) << 32) | (uint)Unsafe.Add(ref ids, i + 1));
                ref int occurrencesOfId = ref Unsafe.Add(ref occurrences, id);
                occurrencesOfId = id == known ? 1 : occurrencesOfId + 1;
                Unsafe.Add(ref places, count) = place;
                Unsafe.Add(ref ids, count++) = id;
            }
        }

        _count = count;
    }

    private void MostFrequent(WordList words, int n)
    {
        int id = 0;
        for (int other = 1; other < _table.Count; other++)
        {
            id = _occurrences[other] > _occurrences[id] ? other : id;
        }

        bool occursTwice = _table.Count > 0 && _occurrences[id] > 1;
        int place = occursTwice ? _places[_ids.AsSpan(0, _count).IndexOf(id)] : 0;
        int occurrences = words.Count < n ? 0 : occursTwice ? _occurrences[id] : 1;
        _mostFrequentOccurrences[n] = occurrences;
        _mostFrequent[n] = occurrences == 0 ? 0 : (long)occurrences * Characters(words.CharactersBefore, place, n);
    }

    /// <summary>Keeps the n-grams that occur more than once, and sums them.</summary>
    private void Keep(ReadOnlySpan<int> charactersBefore, int n)
    {
        const int Seen = int.MinValue; // the sign marks n-grams that were read
        long repeated = 0;
        long shared = 0;
        int next = 0;
        int count = 0;
        for (int i = 0; i < _count; i++)
        {
            int id = _ids[i];
            ref int occurrences = ref _occurrences[id];
            if (occurrences == 1)
            {
                continue;
            }

            int place = _places[i];
            _places[count] = place;
            _ids[count++] = id;
            int length = Characters(charactersBefore, place, n);
            shared += length;
            if (place >= next)
            {
                repeated += occurrences < 0 ? length : 0;
                next = occurrences < 0 ? place + n : next;
                occurrences |= Seen;
            }
        }

        _count = count;
        _repeated[n] = repeated;
        _shared[n] = shared;
        _sharedOccurrences[n] = count;
    }

    private static int Characters(ReadOnlySpan<int> charactersBefore, int place, int n) =>
        charactersBefore[place + n] - charactersBefore[place];
}
