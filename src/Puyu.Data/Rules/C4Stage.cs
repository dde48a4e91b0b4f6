using System.Text;
using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>C4's rules: drops lines that are no sentences, and measures what is left.</summary>
/// <remarks>
/// Source: Raffel et al., Exploring the Limits of Transfer Learning, 2020, arXiv 1910.10683, section 2.2, as datatrove
/// and dolma implement it. datatrove drops a line that has a word of more than 1,000 characters, no mark at its end, an
/// ellipsis at its end, fewer than three words, "javascript" or a phrase on policies; it removes citations; curly
/// brackets and "lorem ipsum" count in lines that come through up to there. dolma drops lines without a mark at the end
/// or with fewer than three words, and counts "javascript", curly brackets and "lorem ipsum" everywhere.
/// </remarks>
/// <param name="options">Whose reading, and which lines are sentences.</param>
public sealed class C4Stage(C4Options options) : IStage
{
    /// <inheritdoc/>
    public string Name => "c4";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } = options.Semantics == RuleSemantics.Datatrove
        ?
        [
            new("lorem-ipsum", Max: 0), new("curly-brackets", Max: 0), new("sentences", Min: 5), new("dropped-lines"),
        ]
        :
        [
            new("lorem-ipsum", Max: 0), new("curly-brackets", Max: 0), new("javascript", Max: 0),
            new("sentences", Min: 5), new("dropped-lines"),
        ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        TextAnalysis analysis = TextAnalysis.Of(document.Text);
        return options.Semantics == RuleSemantics.Datatrove
            ? ApplyAsDatatrove(document, analysis, values)
            : ApplyAsDolma(document, analysis, values);
    }

    private StageResult ApplyAsDatatrove(Document document, TextAnalysis analysis, Span<float> values)
    {
        bool mayHavePhrases = C4Line.HasPhrases(document.Text);
        bool mayHaveCitations = document.Text.Contains('[', StringComparison.Ordinal);
        var lines = new LineEditor(document);
        int lorem = 0;
        int brackets = 0;
        int sentences = 0;
        for (int i = 0; i < analysis.Lines.Count; i++)
        {
            ReadOnlySpan<char> whole = analysis.Lines.Line(document.Text, i);
            int start = analysis.Lines.Starts[i] + whole.Length - whole.TrimStart().Length;
            ReadOnlySpan<char> line = whole.Trim();
            ReadOnlySpan<char> text = mayHaveCitations && C4Line.TryFindCitation(line, 0, out _, out _)
                ? WithoutCitations(line)
                : line;
            C4Line.Verdict verdict = C4Line.Judge(line, text, options, mayHavePhrases);
            lorem += verdict == C4Line.Verdict.HasLoremIpsum ? 1 : 0;
            brackets += verdict == C4Line.Verdict.HasCurlyBracket ? 1 : 0;
            if (verdict == C4Line.Verdict.Stays)
            {
                sentences += Sentences.Count(text);
                lines.Keep(start, line.Length);
                if (text.Length != line.Length)
                {
                    RemoveCitations(lines, line, start);
                }
            }
        }

        values[0] = lorem;
        values[1] = brackets;
        values[2] = sentences;
        values[3] = Ratio.Of(analysis.Lines.Count - lines.Kept, analysis.Lines.Count);
        return new StageResult(lines.Apply());
    }

    private StageResult ApplyAsDolma(Document document, TextAnalysis analysis, Span<float> values)
    {
        ReadOnlySpan<char> text = document.Text;
        bool mayHavePhrases = C4Line.HasPhrases(text);
        var lines = new LineEditor(document);
        int javaScript = 0;
        int sentences = 0;
        for (int i = 0; i < analysis.Lines.Count; i++)
        {
            ReadOnlySpan<char> whole = analysis.Lines.Line(text, i);
            ReadOnlySpan<char> line = whole.Trim();
            javaScript += mayHavePhrases && C4Line.HasJavaScript(line) ? 1 : 0;
            if (C4Line.StaysInDolma(line, options))
            {
                sentences += Sentences.Count(line);
                lines.Keep(analysis.Lines.Starts[i], whole.Length);
            }
        }

        values[0] = mayHavePhrases && text.Contains("lorem ipsum", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        values[1] = text.Count('{');
        values[2] = javaScript;
        values[3] = sentences;
        values[4] = Ratio.Of(analysis.Lines.Count - lines.Kept, analysis.Lines.Count);
        return new StageResult(lines.Apply());
    }

    private static string WithoutCitations(ReadOnlySpan<char> line)
    {
        var text = new StringBuilder(line.Length);
        int copied = 0;
        while (C4Line.TryFindCitation(line, copied, out int start, out int length))
        {
            text.Append(line[copied..start]);
            copied = start + length;
        }

        return text.Append(line[copied..]).ToString();
    }

    private static void RemoveCitations(LineEditor lines, ReadOnlySpan<char> line, int lineStart)
    {
        int from = 0;
        while (C4Line.TryFindCitation(line, from, out int start, out int length))
        {
            lines.Remove(lineStart + start, length);
            from = start + length;
        }
    }
}
