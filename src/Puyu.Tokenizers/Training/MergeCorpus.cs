namespace Puyu.Tokenizers.Training;

/// <summary>
/// The words a tokenizer learns from, as one row of symbols with <see cref="Separator"/> before, between and after the
/// words; merges are applied in place.
/// </summary>
/// <remarks>
/// The first and the last position of a token hold its id, positions between them <see cref="Inside"/>. So the token
/// after position p and the token before it are read without links.
/// </remarks>
internal sealed class MergeCorpus
{
    /// <summary>Stands where no token is: between words.</summary>
    public const int Separator = -1;

    /// <summary>Stands in the middle of a token.</summary>
    public const int Inside = -2;

    private int[] _symbols;
    private int[] _words;
    private long[] _weights;
    private int _length = 1;
    private int _wordCount;

    /// <param name="symbols">Symbols to make room for; a hint.</param>
    /// <param name="words">Words to make room for; a hint.</param>
    public MergeCorpus(int symbols, int words)
    {
        _symbols = new int[checked(symbols + words + 1)];
        _words = new int[_symbols.Length];
        _weights = new long[Math.Max(1, words)];
        _symbols[0] = Separator;
    }

    /// <summary>The row of symbols; changed by the learner.</summary>
    public Span<int> Symbols => _symbols.AsSpan(0, _length);

    /// <summary>The word that each position is in.</summary>
    public ReadOnlySpan<int> Words => _words.AsSpan(0, _length);

    /// <summary>How often each word occurs.</summary>
    public ReadOnlySpan<long> Weights => _weights.AsSpan(0, _wordCount);

    /// <summary>Appends a symbol to the word being written.</summary>
    public void Append(int symbol)
    {
        if (_length == _symbols.Length)
        {
            int capacity = (int)Math.Min(Array.MaxLength, (2L * _length) + 16);
            Array.Resize(ref _symbols, capacity);
            Array.Resize(ref _words, capacity);
        }

        _symbols[_length] = symbol;
        _words[_length++] = _wordCount;
    }

    /// <summary>Ends the word being written, which occurs <paramref name="weight"/> times.</summary>
    public void EndWord(long weight)
    {
        Append(Separator);
        if (_wordCount == _weights.Length)
        {
            Array.Resize(ref _weights, 2 * _wordCount);
        }

        _weights[_wordCount++] = weight;
    }
}
