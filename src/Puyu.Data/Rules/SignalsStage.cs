using System.Buffers;
using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>
/// Further signals that NeMo Curator, data-juicer and RedPajama-V2 use, without bounds: set them in a recipe, or fit
/// them with <see cref="ThresholdFit"/>.
/// </summary>
/// <remarks>docs/data-rules.md defines each and says with which bounds it was published.</remarks>
/// <param name="options">What is a word.</param>
public sealed class SignalsStage(SignalsOptions options) : IStage
{
    private const int RepeatedWords = 10;

    private static readonly SearchValues<string> _addresses =
        SearchValues.Create(["http://", "https://", "www."], StringComparison.OrdinalIgnoreCase);

    /// <summary>RedPajama-V2's ten bullets.</summary>
    private static readonly SearchValues<char> _bullets =
        SearchValues.Create("\u2022\u2023\u25B6\u25C0\u25E6\u25A0\u25A1\u25AA\u25AB\u2013");

    /// <inheritdoc/>
    public string Name => "signals";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new("characters"),
        new("not-alphanumeric"),
        new("digits"),
        new("white-space"),
        new("parentheses"),
        new("curly-brackets"),
        new("url-characters"),
        new("lines"),
        new("mean-line-length"),
        new("longest-line"),
        new("unique-lines"),
        new("unique-line-characters"),
        new("unique-paragraphs"),
        new("unique-paragraph-characters"),
        new("lines-without-terminal-mark"),
        new("bullet-lines"),
        new("words"),
        new("longest-word"),
        new("unique-words"),
        new("capital-words"),
        new("word-entropy"),
        new("repeated-10-grams"),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        TextAnalysis analysis = TextAnalysis.Of(document.Text, options.Ideographs);
        MeasureCharacters(analysis, values);
        MeasureLines(analysis, values[7..]);
        MeasureWords(analysis, values[16..]);
        return new StageResult(document);
    }

    private static void MeasureCharacters(TextAnalysis analysis, Span<float> values)
    {
        ReadOnlySpan<char> text = analysis.Text;
        CharacterCounts characters = analysis.Characters;
        int length = text.Length;
        values[0] = length;
        values[1] = Ratio.Of(length - characters.Letters - characters.Digits, length);
        values[2] = Ratio.Of(characters.Digits, length);
        values[3] = Ratio.Of(characters.Spaces, length);
        values[4] = Ratio.Of(text.Count('(') + text.Count(')') + text.Count('（') + text.Count('）'), length);
        values[5] = Ratio.Of(text.Count('{') + text.Count('}'), length);
        values[6] = Ratio.Of(CountInAddresses(text), length);
    }

    private static void MeasureLines(TextAnalysis analysis, Span<float> values)
    {
        ReadOnlySpan<char> text = analysis.Text;
        LineList lines = analysis.Lines;
        int longest = 0;
        int visible = 0;
        int open = 0;
        int bullets = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<char> line = lines.Line(text, i).Trim();
            if (line.IsEmpty)
            {
                continue;
            }

            visible++;
            longest = Math.Max(longest, line.Length);
            open += TerminalMarks.End(line) ? 0 : 1;
            bullets += _bullets.Contains(line[0]) || line[0] is '-' or '*' ? 1 : 0;
        }

        Repeats ofLines = lines.OfLines(text, LineScope.Visible);
        Repeats ofParagraphs = lines.OfParagraphs(text);
        values[0] = visible;
        values[1] = Ratio.Of(text.Length - (lines.Count - 1), visible);
        values[2] = longest;
        values[3] = 1 - Ratio.Of(ofLines.Repeated, ofLines.Elements);
        values[4] = 1 - Ratio.Of(ofLines.RepeatedCharacters, text.Length);
        values[5] = 1 - Ratio.Of(ofParagraphs.Repeated, ofParagraphs.Elements);
        values[6] = 1 - Ratio.Of(ofParagraphs.RepeatedCharacters, text.Length);
        values[7] = Ratio.Of(open, visible);
        values[8] = Ratio.Of(bullets, visible);
    }

    private static void MeasureWords(TextAnalysis analysis, Span<float> values)
    {
        WordList words = analysis.Words;
        int longest = 0;
        int unique = 0;
        int capital = 0;
        double sum = 0;
        for (int id = 0; id < words.Spellings; id++)
        {
            if (!words.IsMark[id])
            {
                ReadOnlySpan<char> spelling = words.Spelling(id, analysis.Text);
                int occurrences = words.Occurrences[id];
                unique++;
                longest = Math.Max(longest, spelling.Length);
                capital += IsCapital(spelling) ? occurrences : 0;
                sum += occurrences * Math.Log(occurrences);
            }
        }

        int count = words.CountWithoutMarks;
        values[0] = count;
        values[1] = longest;
        values[2] = Ratio.Of(unique, count);
        values[3] = Ratio.Of(capital, count);
        values[4] = count == 0 ? float.NaN : (float)(Math.Log(count) - (sum / count));
        values[5] = words.Count < RepeatedWords
            ? float.NaN
            : Ratio.Of(analysis.NGrams.SharedOccurrences(RepeatedWords), words.Count - RepeatedWords + 1);
    }

    /// <summary>Whether a word has letters, and all of them in upper case; single letters do not count.</summary>
    private static bool IsCapital(ReadOnlySpan<char> word)
    {
        int letters = 0;
        foreach (char c in word)
        {
            if (char.IsLower(c) || CharacterClasses.Of(c) is CharacterClass.Ideograph or CharacterClass.Kana)
            {
                return false;
            }

            letters += char.IsUpper(c) ? 1 : 0;
        }

        return letters > 1;
    }

    private static int CountInAddresses(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (text.IndexOfAny(_addresses) is >= 0 and int start)
        {
            text = text[start..];
            int length = 0;
            while (length < text.Length && text[length] is > ' ' and <= '~')
            {
                length++;
            }

            count += length;
            text = text[length..];
        }

        return count;
    }
}
