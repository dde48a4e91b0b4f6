using System.Globalization;
using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>Gopher's rules on repetition within a document.</summary>
/// <remarks>
/// Source: Rae et al., Scaling Language Models (Gopher), 2021, arXiv 2112.11446, table A1. The readings differ:
/// <code>
///                        datatrove                                     dolma
/// lines                  what one or more line feeds divide            what each line feed divides, empty ones too
/// paragraphs             what two or more line feeds divide            not measured
/// duplicate              occurred before                               occurs more than once
/// characters of lines    ÷ length of the text                          ÷ characters in words
/// top n-gram             with spaces × occurrences ÷ length            without spaces × occurrences ÷ those in words
/// duplicate n-grams      read on behind each one ÷ length of the text  ÷ characters of all n-grams
/// </code>
/// </remarks>
public sealed class GopherRepetitionStage : IStage
{
    private const int FirstTop = 2;
    private const int FirstDuplicate = 5;

    private static readonly float[] _bounds = [0.20f, 0.18f, 0.16f, 0.15f, 0.14f, 0.13f, 0.12f, 0.11f, 0.10f];

    private readonly GopherRepetitionOptions _options;
    private readonly int _firstNGram;

    /// <summary>Rules with some options.</summary>
    public GopherRepetitionStage(GopherRepetitionOptions options)
    {
        _options = options;
        var measures = new List<Measure>();
        if (options.Semantics == RuleSemantics.Datatrove)
        {
            measures.Add(new Measure("duplicate-paragraphs", Max: 0.3f));
            measures.Add(new Measure("duplicate-paragraph-characters", Max: 0.2f));
        }

        measures.Add(new Measure("duplicate-lines", Max: 0.3f));
        measures.Add(new Measure("duplicate-line-characters", Max: 0.2f));
        _firstNGram = measures.Count;
        for (int n = FirstTop; n <= NGramRepeats.Longest; n++)
        {
            string kind = n < FirstDuplicate ? "top" : "duplicate";
            measures.Add(new Measure(
                string.Create(CultureInfo.InvariantCulture, $"{kind}-{n}-gram-characters"),
                Max: _bounds[n - FirstTop]));
        }

        Measures = measures;
    }

    /// <inheritdoc/>
    public string Name => "gopher-repetition";

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
        ReadOnlySpan<char> text = analysis.Text;
        Repeats paragraphs = analysis.Lines.OfParagraphs(text);
        Repeats lines = analysis.Lines.OfLines(text, LineScope.NotEmpty);

        // Dividing at runs of line feeds leaves an empty line before one at the beginning and after one at the end.
        bool begins = text is ['\n', ..];
        bool ends = text is [.., '\n'];
        int elements = Math.Max(1, lines.Elements + (begins ? 1 : 0) + (ends ? 1 : 0));
        int repeated = lines.Repeated + (begins && ends ? 1 : 0);
        values[0] = Ratio.Of(paragraphs.Repeated, paragraphs.Elements);
        values[1] = Ratio.Of(paragraphs.RepeatedCharacters, text.Length);
        values[2] = Ratio.Of(repeated, elements);
        values[3] = Ratio.Of(lines.RepeatedCharacters, text.Length);

        NGramRepeats nGrams = analysis.NGrams;
        int words = analysis.Words.Count;
        for (int n = FirstTop; n <= NGramRepeats.Longest; n++)
        {
            // A joined n-gram has n − 1 spaces.
            long characters = n < FirstDuplicate
                ? nGrams.MostFrequentCharacters(n) + ((n - 1) * nGrams.MostFrequentOccurrences(n))
                : nGrams.RepeatedCharacters(n);
            values[_firstNGram + n - FirstTop] = words < n ? float.NaN : Ratio.Of(characters, text.Length);
        }
    }

    private void MeasureAsDolma(TextAnalysis analysis, Span<float> values)
    {
        ReadOnlySpan<char> text = analysis.Text;
        WordList words = analysis.SpacedWords;
        ReadOnlySpan<int> before = words.CharactersBefore;
        int inWords = before[^1];
        Repeats lines = analysis.Lines.OfLines(text, LineScope.All);
        values[0] = Ratio.Of(lines.Shared, lines.Elements);
        values[1] = Ratio.Of(lines.SharedCharacters, inWords);

        NGramRepeats nGrams = analysis.SpacedNGrams;
        long inNGrams = inWords; // in all n-grams of each length, here 1
        for (int n = 1; n <= NGramRepeats.Longest; n++)
        {
            if (n >= FirstTop)
            {
                float value = n < FirstDuplicate
                    ? Ratio.Of(nGrams.MostFrequentCharacters(n), inWords)
                    : Ratio.Of(nGrams.SharedCharacters(n), inNGrams);
                values[_firstNGram + n - FirstTop] = words.Count < n ? float.NaN : value;
            }

            // An n-gram gains the word behind it; the last one, which has none, goes.
            inNGrams += n < words.Count ? before[words.Count - n] - before[n] : 0;
        }
    }
}
