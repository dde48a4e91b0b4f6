namespace Puyu.Data.Text;

/// <summary>The lines of a text: what line feeds divide, without the carriage return before them.</summary>
internal sealed class LineList
{
    private readonly IdTable _contents = new();
    private readonly IdTable _paragraphs = new();
    private int[] _starts = new int[64];
    private int[] _lengths = new int[64];
    private int[] _ids = new int[64];
    private int[] _occurrences = new int[64];
    private bool _hasIds;

    /// <summary>How many lines there are; at least one, and one more than there are line feeds.</summary>
    public int Count { get; private set; }

    /// <summary>How many lines there are if a line feed at the end begins no further line.</summary>
    public int CountWithoutLastEmpty => _lengths[Count - 1] == 0 ? Count - 1 : Count;

    /// <summary>First unit of each line.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>Units of each line.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    /// <summary>A line of the text that was divided.</summary>
    public ReadOnlySpan<char> Line(ReadOnlySpan<char> text, int line) => text.Slice(_starts[line], _lengths[line]);

    /// <summary>Finds the lines of a text.</summary>
    public void Divide(ReadOnlySpan<char> text)
    {
        Count = 0;
        _hasIds = false;
        int start = 0;
        while (true)
        {
            int length = text[start..].IndexOf('\n');
            int end = length < 0 ? text.Length : start + length;
            Add(start, end > start && text[end - 1] == '\r' ? end - start - 1 : end - start);
            if (length < 0)
            {
                return;
            }

            start = end + 1;
        }
    }

    /// <summary>Repetition among some of the lines.</summary>
    public Repeats OfLines(ReadOnlySpan<char> text, LineScope scope)
    {
        EnsureIds(text);
        Span<int> seen = _occurrences.AsSpan(_contents.Count, _contents.Count);
        seen.Clear();
        var repeats = new Repeats();
        for (int i = 0; i < Count; i++)
        {
            if (IsOf(scope, Line(text, i)))
            {
                int id = _ids[i];
                repeats.Add(_lengths[i], _occurrences[id] > 1, seen[id] > 0);
                seen[id] = 1;
            }
        }

        return repeats;
    }

    /// <summary>
    /// Repetition among paragraphs, which two or more line feeds divide, in the text without white space around it.
    /// </summary>
    /// <returns>There is at least one paragraph. Shared ones are not counted.</returns>
    public Repeats OfParagraphs(ReadOnlySpan<char> text)
    {
        int first = text.Length - text.TrimStart().Length;
        int last = text.TrimEnd().Length;
        _paragraphs.Clear(Count / 2);
        var repeats = new Repeats();
        for (int line = 0; line < Count; line++)
        {
            int start = Math.Max(first, _starts[line]);
            int end = start;
            for (; line < Count && _lengths[line] > 0; line++)
            {
                end = Math.Min(last, _starts[line] + _lengths[line]);
            }

            if (end > start)
            {
                int known = _paragraphs.Count;
                int id = _paragraphs.Number(WordHash.OfMany(text[start..end]));
                repeats.Add(end - start, isShared: false, wasSeen: id < known);
            }
        }

        repeats.Elements = Math.Max(1, repeats.Elements);
        return repeats;
    }

    private static bool IsOf(LineScope scope, ReadOnlySpan<char> line) => scope switch
    {
        LineScope.All => true,
        LineScope.NotEmpty => line.Length > 0,
        _ => !line.IsWhiteSpace(),
    };

    private void EnsureIds(ReadOnlySpan<char> text)
    {
        if (_hasIds)
        {
            return;
        }

        _hasIds = true;
        _contents.Clear(Count);
        for (int i = 0; i < Count; i++)
        {
            _ids[i] = _contents.Number(WordHash.OfMany(Line(text, i)));
        }

        // The second half is for marking those already seen.
        if (_occurrences.Length < 2 * _contents.Count)
        {
            _occurrences = new int[4 * _contents.Count];
        }

        _occurrences.AsSpan(0, _contents.Count).Clear();
        foreach (int id in _ids.AsSpan(0, Count))
        {
            _occurrences[id]++;
        }
    }

    private void Add(int start, int length)
    {
        if (Count == _starts.Length)
        {
            Array.Resize(ref _starts, 2 * Count);
            Array.Resize(ref _lengths, 2 * Count);
            Array.Resize(ref _ids, 2 * Count);
        }

        _starts[Count] = start;
        _lengths[Count] = length;
        Count++;
    }
}
