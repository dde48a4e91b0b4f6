using System.Collections.Frozen;
using Puyu.Data.Pipeline;
using Puyu.Tokenizers;

namespace Puyu.Data.Text;

/// <summary>The nine figures by which WanJuan-CC describes its documents. Nothing is removed by them.</summary>
/// <remarks>
/// Source: Qiu et al., WanJuan-CC, 2024, arXiv 2402.19282, whose histograms show them without formulas; the formulas
/// are in docs/data-rules.md.
/// </remarks>
public sealed class StatisticsStage : IStage
{
    private const int LongestStopWord = 32;

    private readonly StatisticsOptions _options;
    private readonly Func<string, int>? _countTokens;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _stopWords;

    /// <summary>Statistics of texts.</summary>
    /// <param name="options">How words and tokens are counted.</param>
    public StatisticsStage(StatisticsOptions options)
        : this(options, Counter(options.Tokenizer))
    {
    }

    /// <summary>Statistics of texts, with tokens counted by the caller.</summary>
    /// <param name="options">How words are counted.</param>
    /// <param name="countTokens">
    /// Length of a text in tokens, called by several threads at once; null for a quarter of its bytes in UTF-8.
    /// </param>
    public StatisticsStage(StatisticsOptions options, Func<string, int>? countTokens)
    {
        _options = options;
        _countTokens = countTokens;
        _stopWords = (options.StopWords.IsDefault ? [] : options.StopWords)
            .ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <inheritdoc/>
    public string Name => "statistics";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new("content-length"),
        new("line-number"),
        new("token-length"),
        new("non-alpha-fraction"),
        new("unique-word-fraction"),
        new("mean-word-length"),
        new("sentence-number"),
        new("stop-word-fraction"),
        new("symbol-to-word-ratio"),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        TextAnalysis analysis = TextAnalysis.Of(document.Text, _options.Ideographs);
        CharacterCounts characters = analysis.Characters;
        WordList words = analysis.Words;
        ReadOnlySpan<char> text = document.Text;
        (int unique, int stopWords) = CountWords(words, document.Text);
        int symbols = text.Count('#') + text.Count("...") + text.Count('\u2026');
        values[0] = text.Length;
        values[1] = analysis.Lines.CountWithoutLastEmpty;
        values[2] = _countTokens?.Invoke(document.Text) ?? characters.Utf8Bytes / 4;
        values[3] = Ratio.Of(text.Length - characters.Letters, text.Length);
        values[4] = Ratio.Of(unique, words.CountWithoutMarks);
        values[5] = Ratio.Of(words.CharactersWithoutMarks, words.CountWithoutMarks);
        values[6] = Sentences.Count(text);
        values[7] = Ratio.Of(stopWords, words.CountWithoutMarks);
        values[8] = Ratio.Of(symbols, words.CountWithoutMarks);
        return new StageResult(document);
    }

    private static Func<string, int>? Counter(string? path)
    {
        if (path is null)
        {
            return null;
        }

        Tokenizer tokenizer = TokenizerFile.Load(path);
        return text => tokenizer.Encode(text).Length;
    }

    private (int Unique, int StopWords) CountWords(WordList words, string text)
    {
        Span<char> lower = stackalloc char[LongestStopWord];
        int unique = 0;
        int stopWords = 0;
        for (int id = 0; id < words.Spellings; id++)
        {
            if (!words.IsMark[id])
            {
                unique++;
                ReadOnlySpan<char> spelling = words.Spelling(id, text);
                bool isStopWord = spelling.Length <= LongestStopWord
                    && _stopWords.Contains(lower[..spelling.ToLowerInvariant(lower)]);
                stopWords += isStopWord ? words.Occurrences[id] : 0;
            }
        }

        return (unique, stopWords);
    }
}
