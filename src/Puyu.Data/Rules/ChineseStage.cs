using System.Globalization;
using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>
/// Rules on Chinese text: broken lines, abnormal characters and the distribution of punctuation, which are what the
/// cleaning of InternLM2's corpus looks at.
/// </summary>
/// <remarks>
/// Source of the three families: Cai et al., InternLM2 Technical Report, 2024, arXiv 2403.17297, section 3.1.1, which
/// gives no numbers; measures and bounds are this project's, defined in docs/data-rules.md. Only texts of which
/// ideographs are at least three tenths of the letters are measured.
/// </remarks>
public sealed class ChineseStage : IStage
{
    private const double LeastIdeographs = 0.3;

    /// <summary>Fewer ideographs say nothing about their frequencies.</summary>
    private const int FewestForFrequencies = 100;

    /// <summary>Fewer brackets say nothing about their pairs.</summary>
    private const int FewestForPairs = 10;

    private const int ShortLine = 4;

    /// <inheritdoc/>
    public string Name => "chinese";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new("ideographs"),
        new("broken-lines", Max: 0.5f),
        new("short-lines", Max: 0.7f),
        new("spaced-ideographs", Max: 0.2f),
        new("longest-run", Max: 200),
        new("abnormal-characters", Max: 0.02f),
        new("most-frequent-ideograph", Max: 0.2f),
        new("ideograph-entropy", Min: 4.5f),
        new("marks", Min: 0.02f, Max: 0.4f),
        new("terminal-marks", Min: 0.05f, Max: 0.9f),
        new("terminal-lines", Min: 0.1f),
        new("mark-runs", Max: 0.3f),
        new("unpaired-brackets", Max: 0.5f),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        TextAnalysis analysis = TextAnalysis.Of(document.Text);
        CharacterCounts characters = analysis.Characters;
        values.Fill(float.NaN);
        int visible = document.Text.Length - characters.Spaces;
        values[0] = Ratio.Of(characters.Ideographs, visible);
        if (characters.Ideographs == 0 || characters.Ideographs < LeastIdeographs * characters.Letters)
        {
            return new StageResult(document);
        }

        MeasureLines(analysis, values);
        MeasureFrequencies(analysis, values);
        var marks = new MarkCounts(document.Text);
        values[3] = Ratio.Of(marks.SpacedIdeographs, characters.Ideographs);
        values[4] = marks.LongestRun;
        values[5] = Ratio.Of(marks.Abnormal, visible);
        values[8] = Ratio.Of(marks.Marks, visible);
        values[9] = Ratio.Of(marks.Terminal, marks.Marks);
        values[11] = Ratio.Of(marks.InRuns, marks.Marks);
        int brackets = marks.Opening + marks.Closing;
        values[12] = brackets < FewestForPairs
            ? float.NaN
            : Ratio.Of(Math.Abs(marks.Opening - marks.Closing), brackets);
        return new StageResult(document);
    }

    private static void MeasureLines(TextAnalysis analysis, Span<float> values)
    {
        LineList lines = analysis.Lines;
        int visible = 0;
        int terminal = 0;
        int brief = 0;
        int broken = 0;
        bool endsOpen = false;
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<char> line = lines.Line(analysis.Text, i);
            bool isIndented = line.Length > 0 && char.IsWhiteSpace(line[0]);
            line = line.Trim();
            if (line.IsEmpty)
            {
                endsOpen = false;
                continue;
            }

            visible++;
            terminal += TerminalMarks.End(line) ? 1 : 0;
            brief += line.Length <= ShortLine ? 1 : 0;
            broken += endsOpen && !isIndented && IsIdeograph(line[0]) ? 1 : 0;
            endsOpen = IsIdeograph(line[^1]);
        }

        values[1] = visible < 2 ? float.NaN : Ratio.Of(broken, visible - 1);
        values[2] = Ratio.Of(brief, visible);
        values[10] = Ratio.Of(terminal, visible);
    }

    private static void MeasureFrequencies(TextAnalysis analysis, Span<float> values)
    {
        WordList words = analysis.Words;
        long count = 0;
        int most = 0;
        double sum = 0;
        for (int id = 0; id < words.Spellings; id++)
        {
            if (IsIdeograph(words.Spelling(id, analysis.Text)[0]))
            {
                int occurrences = words.Occurrences[id];
                count += occurrences;
                most = Math.Max(most, occurrences);
                sum += occurrences * Math.Log2(occurrences);
            }
        }

        if (count >= FewestForFrequencies)
        {
            values[6] = Ratio.Of(most, count);
            values[7] = (float)(Math.Log2(count) - (sum / count));
        }
    }

    private static bool IsIdeograph(char c) => CharacterClasses.Of(c) == CharacterClass.Ideograph;

    /// <summary>What one pass over the characters of a text counts.</summary>
    private struct MarkCounts
    {
        public int Marks;
        public int Terminal;
        public int InRuns;
        public int Opening;
        public int Closing;
        public int Abnormal;
        public int SpacedIdeographs;
        public int LongestRun;

        public MarkCounts(ReadOnlySpan<char> text)
        {
            int run = 0;
            for (int i = 0; i < text.Length; i++)
            {
                CharacterClass kind = CharacterClasses.Of(text[i]);
                run = kind == CharacterClass.Ideograph ? run + 1 : 0;
                LongestRun = Math.Max(LongestRun, run);
                switch (kind)
                {
                    case CharacterClass.Mark or CharacterClass.Inner:
                        AddMark(text, i);
                        break;
                    case CharacterClass.Space when i > 0 && i + 1 < text.Length && text[i] != '\n':
                        SpacedIdeographs += IsIdeograph(text[i - 1]) && IsIdeograph(text[i + 1]) ? 1 : 0;
                        break;
                }
            }
        }

        private void AddMark(ReadOnlySpan<char> text, int at)
        {
            char c = text[at];
            if (IsAbnormal(c))
            {
                Abnormal++;
                return;
            }

            Marks++;
            Terminal += TerminalMarks.Marks.Contains(c) ? 1 : 0;
            Opening += "《（「『【“(".Contains(c, StringComparison.Ordinal) ? 1 : 0;
            Closing += "》）」』】”)".Contains(c, StringComparison.Ordinal) ? 1 : 0;
            bool isFirstOfThree = at + 2 < text.Length && text[at + 1] == c && text[at + 2] == c;
            bool isSecond = at > 0 && at + 1 < text.Length && text[at - 1] == c && text[at + 1] == c;
            bool isThird = at > 1 && text[at - 1] == c && text[at - 2] == c;
            InRuns += isFirstOfThree || isSecond || isThird ? 1 : 0;
        }

        /// <summary>
        /// Replacement characters, controls, private and unassigned ones, and what draws boxes and shapes.
        /// </summary>
        private static bool IsAbnormal(char c) =>
            c is '\uFFFD' or (>= '\u2500' and <= '\u25FF')
            || (c is < ' ' or >= '\u007F' && CharUnicodeInfo.GetUnicodeCategory(c)
                is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.Format);
    }
}
