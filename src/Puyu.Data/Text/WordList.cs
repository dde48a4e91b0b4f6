namespace Puyu.Data.Text;

/// <summary>
/// The words of a text in order, each with its place and the number of its spelling; and the spellings, numbered in the
/// order of their first appearance, with how often each occurs. Spellings are told apart by 64-bit hashes.
/// </summary>
internal sealed class WordList
{
    private readonly IdTable _spellings = new();
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];
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
    public int Spellings { get; private set; }

    /// <summary>How often each spelling occurs.</summary>
    public ReadOnlySpan<int> Occurrences => _occurrences.AsSpan(0, Spellings);

    /// <summary>The first word of each spelling.</summary>
    public ReadOnlySpan<int> Firsts => _firsts.AsSpan(0, Spellings);

    /// <summary>Whether each spelling is punctuation.</summary>
    public ReadOnlySpan<bool> IsMark => _isMark.AsSpan(0, Spellings);

    /// <summary>Units of a word.</summary>
    public int Length(int word) => _ends[word] - _starts[word];

    /// <summary>A spelling as it stands in the text.</summary>
    public ReadOnlySpan<char> Spelling(int id, string text) =>
        text.AsSpan(_starts[_firsts[id]], Length(_firsts[id]));

    /// <summary>Takes the words of a text, numbers their spellings and counts them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="places">Where its words are.</param>
    /// <param name="hasMarks">Whether words without a letter or digit at their beginning are marks.</param>
    public void Set(ReadOnlySpan<char> text, WordPlaces places, bool hasMarks)
    {
        (_starts, _ends, Count) = places.Swap(_starts, _ends);
        Reserve();
        _spellings.Clear(Count / 2);
        int before = 0;
        for (int word = 0; word < Count; word++)
        {
            int start = _starts[word];
            int length = _ends[word] - start;
            int known = _spellings.Count;
            int id = _spellings.Number(WordHash.Of(text, start, length));
            _ids[word] = id;
            _charactersBefore[word] = before;
            before += length;
            _firsts[id] = id == known ? word : _firsts[id];
            _occurrences[id] = id == known ? 1 : _occurrences[id] + 1;
        }

        _charactersBefore[Count] = before;
        Spellings = _spellings.Count;
        for (int id = 0; id < Spellings; id++)
        {
            _isMark[id] = hasMarks && CharacterClasses.IsMark(text, _starts[_firsts[id]]);
        }

        CountMarks();
    }

    /// <summary>Takes the words in some lines of a text of which all words are known.</summary>
    /// <param name="whole">The words of the whole text.</param>
    /// <param name="lines">Stretches of it in order: where each begins, its units and where it is now.</param>
    public void Set(WordList whole, ReadOnlySpan<KeptLine> lines)
    {
        Count = whole.Count;
        Reserve();
        Span<int> newIds = whole._spellings.Count <= 1024
            ? stackalloc int[whole.Spellings] : new int[whole.Spellings];
        newIds.Fill(-1);
        int from = 0;
        int count = 0;
        int spellings = 0;
        int before = 0;
        foreach (KeptLine line in lines)
        {
            while (from < whole.Count && whole._starts[from] < line.Start)
            {
                from++;
            }

            int shift = line.NewStart - line.Start;
            for (; from < whole.Count && whole._starts[from] < line.Start + line.Length; from++)
            {
                int old = whole._ids[from];
                bool isNew = newIds[old] < 0;
                int id = isNew ? spellings : newIds[old];
                newIds[old] = id;
                spellings += isNew ? 1 : 0;
                _starts[count] = whole._starts[from] + shift;
                _ends[count] = whole._ends[from] + shift;
                _ids[count] = id;
                _charactersBefore[count] = before;
                before += _ends[count] - _starts[count];
                _isMark[id] = whole._isMark[old];
                _firsts[id] = isNew ? count : _firsts[id];
                _occurrences[id] = isNew ? 1 : _occurrences[id] + 1;
                count++;
            }
        }

        _charactersBefore[count] = before;
        Count = count;
        Spellings = spellings;
        CountMarks();
    }

    private void CountMarks()
    {
        CountWithoutMarks = 0;
        CharactersWithoutMarks = 0;
        for (int id = 0; id < Spellings; id++)
        {
            int counted = _isMark[id] ? 0 : _occurrences[id];
            CountWithoutMarks += counted;
            CharactersWithoutMarks += counted * Length(_firsts[id]);
        }
    }

    /// <summary>Room for <see cref="Count"/> words, each perhaps of another spelling.</summary>
    private void Reserve()
    {
        if (_ids.Length < Count || _starts.Length < Count || _ends.Length < Count)
        {
            int capacity = Math.Max(Count, _ids.Length);
            capacity += capacity / 2;
            _ids = new int[capacity];
            _charactersBefore = new int[capacity + 1];
            _occurrences = new int[capacity];
            _firsts = new int[capacity];
            _isMark = new bool[capacity];
            Array.Resize(ref _starts, Math.Max(capacity, _starts.Length));
            Array.Resize(ref _ends, Math.Max(capacity, _ends.Length));
        }
    }
}
