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
/// n = 3 and next to none from n = 5 on. Pairs of numbers are compared, not hashes, so nothing collides. What survives
/// cannot be predicted, so places are written in any case and kept by moving on or not.
/// </remarks>
internal sealed class NGramRepeats
{
    /// <summary>The longest n-gram.</summary>
    public const int Longest = 10;

    /// <summary>The longest n-gram of which the most frequent one is told.</summary>
    private const int LongestMostFrequent = 4;

    /// <summary>The shortest n-gram of which repetition is summed.</summary>
    private const int ShortestRepeated = LongestMostFrequent + 1;

    private readonly IdTable _table = new();
    private readonly long[] _mostFrequent = new long[LongestMostFrequent + 1];
    private readonly long[] _mostFrequentOccurrences = new long[LongestMostFrequent + 1];
    private readonly long[] _repeated = new long[Longest + 1];
    private readonly long[] _shared = new long[Longest + 1];
    private readonly long[] _sharedOccurrences = new long[Longest + 1];
    private int[] _places = [];
    private ulong[] _pairs = [];
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
    /// UTF-16 units, without spaces, in n-grams that occurred before, n from 5 on, reading on behind each one that did:
    /// what was read over counts neither as repeated nor as having occurred.
    /// </summary>
    public long RepeatedCharacters(int n) => _repeated[n];

    /// <summary>
    /// UTF-16 units, without spaces, in n-grams that occur more than once, each occurrence in full; n from 5 on.
    /// </summary>
    public long SharedCharacters(int n) => _shared[n];

    /// <summary>How many n-grams occur more than once, each occurrence counted; n from 5 on.</summary>
    public long SharedOccurrences(int n) => _sharedOccurrences[n];

    /// <summary>Counts the n-grams of a text.</summary>
    public void Count(WordList words)
    {
        Begin(words);
        for (int n = 2; n <= Longest; n++)
        {
            Number();
            if (n <= LongestMostFrequent)
            {
                MostFrequent(words, n);
            }

            if (n >= ShortestRepeated)
            {
                Sum(words.CharactersBefore, n);
            }

            Pair();
        }
    }

    /// <summary>Pairs of words that both occur more than once.</summary>
    private void Begin(WordList words)
    {
        if (_places.Length < words.Count)
        {
            int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)words.Count);
            _places = new int[capacity];
            _pairs = new ulong[capacity];
            _ids = new int[capacity];
            _occurrences = new int[capacity];
        }

        ReadOnlySpan<int> ids = words.Ids;
        ReadOnlySpan<int> occurrences = words.Occurrences;
        int count = 0;
        bool occursTwice = ids.Length > 0 && occurrences[ids[0]] > 1;
        for (int place = 0; place + 1 < ids.Length; place++)
        {
            bool nextOccursTwice = occurrences[ids[place + 1]] > 1;
            _places[count] = place;
            _pairs[count] = PairOf(ids[place], ids[place + 1]);
            count += occursTwice & nextOccursTwice ? 1 : 0;
            occursTwice = nextOccursTwice;
        }

        _count = count;
    }

    /// <summary>Numbers the pairs, which are n-grams, and counts each.</summary>
    private void Number()
    {
        _table.Clear(_count);
        ref ulong pairs = ref MemoryMarshal.GetArrayDataReference(_pairs);
        ref int ids = ref MemoryMarshal.GetArrayDataReference(_ids);
        ref int occurrences = ref MemoryMarshal.GetArrayDataReference(_occurrences);
        for (int i = 0; i < _count; i++)
        {
            int known = _table.Count;
            int id = _table.Number(Unsafe.Add(ref pairs, i));
            ref int occurrencesOfId = ref Unsafe.Add(ref occurrences, id);
            occurrencesOfId = id == known ? 1 : occurrencesOfId + 1;
            Unsafe.Add(ref ids, i) = id;
        }
    }

    /// <summary>Pairs neighbours that both occur more than once, in place: what is written was read.</summary>
    private void Pair()
    {
        ref int places = ref MemoryMarshal.GetArrayDataReference(_places);
        ref ulong pairs = ref MemoryMarshal.GetArrayDataReference(_pairs);
        ref int ids = ref MemoryMarshal.GetArrayDataReference(_ids);
        ref int occurrences = ref MemoryMarshal.GetArrayDataReference(_occurrences);
        int count = 0;
        int id = _count > 0 ? ids : 0;
        bool occursTwice = _count > 0 && Unsafe.Add(ref occurrences, id) > 1;
        for (int i = 0; i + 1 < _count; i++)
        {
            int place = Unsafe.Add(ref places, i);
            int next = Unsafe.Add(ref ids, i + 1);
            bool nextOccursTwice = Unsafe.Add(ref occurrences, next) > 1;
            bool isNeighbour = Unsafe.Add(ref places, i + 1) == place + 1;
            Unsafe.Add(ref places, count) = place;
            Unsafe.Add(ref pairs, count) = PairOf(id, next);
            count += occursTwice & nextOccursTwice & isNeighbour ? 1 : 0;
            (id, occursTwice) = (next, nextOccursTwice);
        }

        _count = count;
    }

    private static ulong PairOf(int first, int second) => ((ulong)(uint)first << 32) | (uint)second;

    private void MostFrequent(WordList words, int n)
    {
        ReadOnlySpan<int> occurrencesOf = _occurrences.AsSpan(0, _table.Count);
        int most = 0;
        foreach (int one in occurrencesOf)
        {
            most = Math.Max(most, one);
        }

        bool occursTwice = most > 1;
        int place = occursTwice ? _places[_ids.AsSpan(0, _count).IndexOf(occurrencesOf.IndexOf(most))] : 0;
        int occurrences = words.Count < n ? 0 : occursTwice ? most : 1;
        _mostFrequentOccurrences[n] = occurrences;
        _mostFrequent[n] = occurrences == 0 ? 0 : (long)occurrences * Characters(words.CharactersBefore, place, n);
    }

    /// <summary>Sums the n-grams that occur more than once.</summary>
    private void Sum(ReadOnlySpan<int> charactersBefore, int n)
    {
        const int Seen = int.MinValue; // the sign marks n-grams that were read
        long repeated = 0;
        long shared = 0;
        int sharedOccurrences = 0;
        int next = 0;
        for (int i = 0; i < _count; i++)
        {
            ref int occurrences = ref _occurrences[_ids[i]];
            if (occurrences == 1)
            {
                continue;
            }

            int place = _places[i];
            int length = Characters(charactersBefore, place, n);
            sharedOccurrences++;
            shared += length;
            if (place >= next)
            {
                repeated += occurrences < 0 ? length : 0;
                next = occurrences < 0 ? place + n : next;
                occurrences |= Seen;
            }
        }

        // Nobody needs the signs any more.
        foreach (ref int occurrences in _occurrences.AsSpan(0, _table.Count))
        {
            occurrences &= ~Seen;
        }

        _repeated[n] = repeated;
        _shared[n] = shared;
        _sharedOccurrences[n] = sharedOccurrences;
    }

    private static int Characters(ReadOnlySpan<int> charactersBefore, int place, int n) =>
        charactersBefore[place + n] - charactersBefore[place];
}
