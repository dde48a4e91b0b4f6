using System.Collections.Frozen;
using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>Gopher's rules on the quality of a document.</summary>
/// <remarks>
/// Source: Rae et al., Scaling Language Models (Gopher), 2021, arXiv 2112.11446, appendix A1, as datatrove and dolma
/// implement it. The length of words and the number of stop words are not measured on texts of mostly ideographs or
/// kana, for which neither means anything.
/// </remarks>
public sealed class GopherQualityStage : IStage
{
    private readonly GopherQualityOptions _options;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _stopWords;

    /// <summary>Rules with some options.</summary>
    /// <param name="options">As <see cref="GopherQualityOptions.Validated"/> returns them.</param>
    public GopherQualityStage(GopherQualityOptions options)
    {
        _options = options;
        _stopWords = options.StopWords.ToFrozenSet(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        Measures = options.Semantics == RuleSemantics.Datatrove
            ?
            [
                new("words", Min: 50, Max: 100_000),
                new("mean-word-length", Min: 3, Max: 10),
                new("hashes-per-word", Max: 0.1f),
                new("ellipses-per-word", Max: 0.1f),
                new("bullet-lines", Max: 0.9f),
                new("ellipsis-lines", Max: 0.3f),
                new("alphabetic-words", Min: 0.8f),
                new("stop-words", Min: 2),
            ]
            :
            [
                new("words", Min: 50, Max: 100_000),
                new("median-word-length", Min: 3, Max: 10),
                new("symbol-words", Max: 0.1f),
                new("bullet-lines", Max: 0.9f),
                new("ellipsis-lines", Max: 0.3f),
                new("alphabetic-words", Min: 0.8f),
                new("stop-words", Min: 2),
            ];
    }

    /// <inheritdoc/>
    public string Name => "gopher-quality";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; }

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        TextAnalysis analysis = TextAnalysis.Of(document.Text, _options.Ideographs);
        if (_options.Semantics == RuleSemantics.Datatrove)
        {
            MeasureAsDatatrove(analysis, values);
        }
        else
        {
            MeasureAsDolma(analysis, values);
        }

        return new StageResult(document);
    }

    private void MeasureAsDatatrove(TextAnalysis analysis, Span<float> values)
    {
        string text = analysis.Text;
        WordList words = analysis.Words;
        int alphabetic = 0;
        int stopWords = 0;
        for (int id = 0; id < words.Spellings; id++)
        {
            ReadOnlySpan<char> spelling = words.Spelling(id, text);
            alphabetic += HasLetter(spelling) ? words.Occurrences[id] : 0;
            stopWords += _stopWords.Contains(spelling) ? 1 : 0;
        }

        (int bullets, int ellipses, int lines) = CountLines(analysis, IsBulletAnywhere, EndsInEllipsis);
        values[0] = words.CountWithoutMarks;
        values[1] = Ratio.Of(words.CharactersWithoutMarks, words.CountWithoutMarks);
        values[2] = Ratio.Of(text.AsSpan().Count('#'), words.Count);
        values[3] = Ratio.Of(text.AsSpan().Count("...") + text.AsSpan().Count('\u2026'), words.Count);
        values[4] = Ratio.Of(bullets, lines);
        values[5] = Ratio.Of(ellipses, lines);
        values[6] = Ratio.Of(alphabetic, words.Count);
        values[7] = stopWords;
        if (analysis.IsIdeographic)
        {
            values[1] = float.NaN;
            values[7] = float.NaN;
        }
    }

    private void MeasureAsDolma(TextAnalysis analysis, Span<float> values)
    {
        string text = analysis.Text;
        WordList words = analysis.SpacedWords;
        int alphabetic = 0;
        int stopWords = 0;
        int symbols = 0;
        for (int id = 0; id < words.Spellings; id++)
        {
            ReadOnlySpan<char> spelling = words.Spelling(id, text);
            int occurrences = words.Occurrences[id];
            alphabetic += HasLetter(spelling) ? occurrences : 0;
            symbols += spelling.ContainsAny('#', '\u2026') ? occurrences : 0;
            stopWords += _stopWords.Contains(spelling) ? occurrences : 0;
        }

        (int bullets, int ellipses, _) = CountLines(
            analysis, static line => line is ['*' or '-', ..], static line => line is [.., '\u2026']);
        values[0] = words.Count;
        values[1] = analysis.IsIdeographic ? float.NaN : MedianLength(words);
        values[2] = Ratio.Of(symbols, words.Count);
        values[3] = Ratio.Of(bullets, analysis.Lines.Count);
        values[4] = Ratio.Of(ellipses, analysis.Lines.Count);
        values[5] = Ratio.Of(alphabetic, words.Count);
        values[6] = analysis.IsIdeographic ? float.NaN : stopWords;
    }

    private static (int Bullets, int Ellipses, int Lines) CountLines(
        TextAnalysis analysis, LinePredicate isBullet, LinePredicate isEllipsis)
    {
        LineList lines = analysis.Lines;
        int bullets = 0;
        int ellipses = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<char> line = lines.Line(analysis.Text, i);
            bullets += isBullet(line) ? 1 : 0;
            ellipses += isEllipsis(line) ? 1 : 0;
        }

        return (bullets, ellipses, lines.CountWithoutLastEmpty);
    }

    private static bool IsBulletAnywhere(ReadOnlySpan<char> line) => line.TrimStart() is ['\u2022' or '-', ..];

    private static bool EndsInEllipsis(ReadOnlySpan<char> line) =>
        line.TrimEnd() is [.., '\u2026'] or [.., '.', '.', '.'];

    private static bool HasLetter(ReadOnlySpan<char> word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            if (char.IsLetter(word[i]) || (char.IsHighSurrogate(word[i]) && char.IsLetter(word.ToString(), i)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The middle length, or the mean of the two middle ones; NaN for no words.</summary>
    private static float MedianLength(WordList words)
    {
        const int Longest = 64; // longer ones count as this long: no bound of a median is near
        Span<int> ofLength = stackalloc int[Longest + 1];
        ofLength.Clear();
        for (int id = 0; id < words.Spellings; id++)
        {
            ofLength[Math.Min(Longest, words.Length(words.Firsts[id]))] += words.Occurrences[id];
        }

        return words.Count == 0
            ? float.NaN
            : (AtRank(ofLength, (words.Count - 1) / 2) + AtRank(ofLength, words.Count / 2)) / 2f;
    }

    private static int AtRank(ReadOnlySpan<int> ofLength, int rank)
    {
        int length = 0;
        while (rank >= ofLength[length])
        {
            rank -= ofLength[length++];
        }

        return length;
    }

    private delegate bool LinePredicate(ReadOnlySpan<char> line);
}
