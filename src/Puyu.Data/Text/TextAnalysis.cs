namespace Puyu.Data.Text;

/// <summary>
/// What the rules read of a text, each part found once and only when a rule asks: lines, words, n-grams, counts of
/// characters. A stage after another on the same text and thread reads what that one found.
/// </summary>
/// <remarks>
/// Each thread has one instance, whose memory is used again from text to text, so that stages need not hand anything on
/// and a short text costs no allocation. A result depends on the text and the division of ideographs alone.
/// </remarks>
internal sealed class TextAnalysis
{
    /// <summary>Buffers that served a text of more units than this are not kept for short texts.</summary>
    private const int LargestKept = 1 << 22;

    [ThreadStatic]
    private static TextAnalysis? _ofThread;

    private readonly LineList _lines = new();
    private readonly WordPlaces _places = new();
    private WordList _words = new();
    private WordList _wordsBefore = new();
    private readonly NGramRepeats _nGrams = new();
    private readonly WordList _spacedWords = new();
    private readonly NGramRepeats _spacedNGrams = new();
    private CharacterCounts _characters;
    private IdeographWords _ideographs;
    private IdeographWords _ideographsOfWords;
    private int _longest;
    private Parts _found;

    private TextAnalysis()
    {
    }

    [Flags]
    private enum Parts
    {
        None = 0,
        Lines = 1,
        Words = 2,
        NGrams = 4,
        SpacedWords = 8,
        SpacedNGrams = 16,
        Characters = 32,
    }

    /// <summary>The text.</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>Its lines.</summary>
    public LineList Lines
    {
        get
        {
            if (IsMissing(Parts.Lines))
            {
                _lines.Divide(Text);
            }

            return _lines;
        }
    }

    /// <summary>Its words and marks: see <see cref="Segmentation.Divide"/>.</summary>
    public WordList Words
    {
        get
        {
            if (_ideographsOfWords != _ideographs)
            {
                _found &= ~(Parts.Words | Parts.NGrams);
            }

            if (IsMissing(Parts.Words))
            {
                Segmentation.Divide(Text, _ideographs, _places);
                _words.Set(Text, _places, hasMarks: true);
                _ideographsOfWords = _ideographs;
            }

            return _words;
        }
    }

    /// <summary>What white space divides.</summary>
    public WordList SpacedWords
    {
        get
        {
            if (IsMissing(Parts.SpacedWords))
            {
                Segmentation.DivideAtSpaces(Text, _places);
                _spacedWords.Set(Text, _places, hasMarks: false);
            }

            return _spacedWords;
        }
    }

    /// <summary>N-grams of <see cref="Words"/>.</summary>
    public NGramRepeats NGrams
    {
        get
        {
            WordList words = Words; // first: other words than before make other n-grams
            if (IsMissing(Parts.NGrams))
            {
                _nGrams.Count(words);
            }

            return _nGrams;
        }
    }

    /// <summary>N-grams of <see cref="SpacedWords"/>.</summary>
    public NGramRepeats SpacedNGrams
    {
        get
        {
            if (IsMissing(Parts.SpacedNGrams))
            {
                _spacedNGrams.Count(SpacedWords);
            }

            return _spacedNGrams;
        }
    }

    /// <summary>How many characters of each kind it has.</summary>
    public CharacterCounts Characters
    {
        get
        {
            if (IsMissing(Parts.Characters))
            {
                _characters = CharacterCounts.Of(Text);
            }

            return _characters;
        }
    }

    /// <summary>Whether more than half of its letters are ideographs or kana.</summary>
    public bool IsIdeographic => 2L * (Characters.Ideographs + Characters.Kana) > Characters.Letters;

    /// <summary>
    /// The analysis of a text, to be read before this thread asks for that of another text.
    /// </summary>
    public static TextAnalysis Of(string text, IdeographWords ideographs = IdeographWords.Characters)
    {
        TextAnalysis? analysis = _ofThread;
        if (analysis is null || (analysis._longest > LargestKept && text.Length < analysis._longest / 8))
        {
            _ofThread = analysis = new TextAnalysis();
        }

        if (!ReferenceEquals(analysis.Text, text))
        {
            analysis.Text = text;
            analysis._found = Parts.None;
        }

        analysis._ideographs = ideographs;
        analysis._longest = Math.Max(analysis._longest, text.Length);
        return analysis;
    }

    /// <summary>
    /// Says that a text is some lines of another, so that words found in that one need not be found again. Of no effect
    /// if this thread's analysis is of a third text.
    /// </summary>
    /// <param name="whole">The other text.</param>
    /// <param name="text">The lines of it, of which white space at their ends and between them may differ.</param>
    /// <param name="lines">Where they are in both.</param>
    public static void KeepLines(string whole, string text, ReadOnlySpan<KeptLine> lines)
    {
        if (_ofThread is not { } analysis || !ReferenceEquals(analysis.Text, whole))
        {
            return;
        }

        bool hasWords = (analysis._found & Parts.Words) != 0;
        analysis.Text = text;
        analysis._found = hasWords ? Parts.Words : Parts.None;
        if (hasWords)
        {
            (analysis._words, analysis._wordsBefore) = (analysis._wordsBefore, analysis._words);
            analysis._words.Set(analysis._wordsBefore, lines);
        }
    }

    private bool IsMissing(Parts part)
    {
        bool isMissing = (_found & part) == 0;
        _found |= part;
        return isMissing;
    }
}
