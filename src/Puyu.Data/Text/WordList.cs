using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Puyu.Data.Text;

/// <summary>
/// The words of a text in order, each with its place and the number of its spelling; and the spellings, numbered in the
/// order of their first appearance, with how often each occurs. Spellings are told apart by 64-bit hashes.
/// </summary>
internal sealed class WordList
{
    private readonly IdTable _spellings = new();
    private int[] _starts = new int[256];
    private int[] _ids = new int[256];
    private int[] _charactersBefore = new int[257];
    private int[] _occurrences = new int[256];
    private int[] _firsts = new int[256];
    private bool[] _isMark = new bool[256];

    /// <summary>How many words there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many words are something else than punctuation.</summary>
    public int CountWithoutMarks { get; private set; }

    /// <summary>UTF-16 units in words that are something else than punctuation.</summary>
    public int CharactersWithoutMarks { get; private set; }

    /// <summary>First unit of each word.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>Number of the spelling of each word.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Units in the words before each word, and at the end those in all of them.</summary>
    public ReadOnlySpan<int> CharactersBefore => _charactersBefore.AsSpan(0, Count + 1);

    /// <summary>How many spellings there are.</summary>
    public int Spellings => _spellings.Count;

    /// <summary>How often each spelling occurs.</summary>
    public ReadOnlySpan<int> Occurrences => _occurrences.AsSpan(0, Spellings);

    /// <summary>The first word of each spelling.</summary>
    public ReadOnlySpan<int> Firsts => _firsts.AsSpan(0, Spellings);

    /// <summary>Whether each spelling is punctuation.</summary>
    public ReadOnlySpan<bool> IsMark => _isMark.AsSpan(0, Spellings);

    /// <summary>Units of a word.</summary>
    public int Length(int word) => _charactersBefore[word + 1] - _charactersBefore[word];

    /// <summary>A spelling as it stands in the text.</summary>
    public ReadOnlySpan<char> Spelling(int id, string text) =>
        text.AsSpan(_starts[_firsts[id]], Length(_firsts[id]));

    /// <summary>Forgets all words.</summary>
    /// <param name="expected">About how many will come.</param>
    public void Clear(int expected)
    {
        Count = 0;
        CountWithoutMarks = 0;
        CharactersWithoutMarks = 0;
        _spellings.Clear(expected / 2);
    }

    /// <summary>Appends a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int start, int length, ulong hash, bool isMark)
    {
        int word = Count;
        if (word == _starts.Length)
        {
            GrowWords();
        }

        int known = _spellings.Count;
        int id = _spellings.Number(hash);
        if (id == known)
        {
            AddSpelling(id, isMark);
        }

        // All arrays are as long as those whose lengths were compared, and one longer.
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_starts), word) = start;
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_ids), word) = id;
        ref int before = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_charactersBefore), word);
        Unsafe.Add(ref before, 1) = before + length;
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_occurrences), id)++;
        Count = word + 1;
        CountWithoutMarks += isMark ? 0 : 1;
        CharactersWithoutMarks += isMark ? 0 : length;
    }

    private void AddSpelling(int id, bool isMark)
    {
        if (id == _occurrences.Length)
        {
            Array.Resize(ref _occurrences, 2 * id);
            Array.Resize(ref _firsts, 2 * id);
            Array.Resize(ref _isMark, 2 * id);
        }

        _occurrences[id] = 0;
        _firsts[id] = Count;
        _isMark[id] = isMark;
    }

    private void GrowWords()
    {
        Array.Resize(ref _starts, 2 * Count);
        Array.Resize(ref _ids, 2 * Count);
        Array.Resize(ref _charactersBefore, (2 * Count) + 1);
    }
}
