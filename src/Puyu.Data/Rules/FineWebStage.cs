using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>FineWeb's rules on lists, menus and repeated lines.</summary>
/// <remarks>
/// Source: Penedo et al., The FineWeb Datasets, 2024, arXiv 2406.17557, section 3.6, as datatrove implements it. Lines
/// of white space do not count. A document without lines has no lines that end like sentences.
/// </remarks>
/// <param name="options">Which lines end like sentences, and what is a word.</param>
public sealed class FineWebStage(FineWebOptions options) : IStage
{
    private const int ShortLine = 30;

    /// <inheritdoc/>
    public string Name => "fineweb";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new("terminal-lines", Min: 0.12f),
        new("short-lines", Max: 0.67f),
        new("duplicate-line-characters", Max: 0.01f),
        new("line-breaks-per-word", Max: 0.3f),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        TextAnalysis analysis = TextAnalysis.Of(document.Text, options.Ideographs);
        ReadOnlySpan<char> text = document.Text;
        LineList lines = analysis.Lines;
        int visible = 0;
        int terminal = 0;
        int brief = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<char> line = lines.Line(text, i);
            if (!line.IsWhiteSpace())
            {
                visible++;
                terminal += Ends(line) ? 1 : 0;
                brief += line.Length <= ShortLine ? 1 : 0;
            }
        }

        int breaks = lines.Count - 1;
        values[0] = visible == 0 ? 0 : Ratio.Of(terminal, visible);
        values[1] = Ratio.Of(brief, visible);
        values[2] = Ratio.Of(lines.OfLines(text, LineScope.Visible).RepeatedCharacters, text.Length - breaks);
        values[3] = Ratio.Of(breaks, analysis.Words.Count);
        return new StageResult(document);
    }

    private bool Ends(ReadOnlySpan<char> line) =>
        options.LineEnds == LineEnds.Latin ? TerminalMarks.EndAsPublished(line) : TerminalMarks.End(line);
}
