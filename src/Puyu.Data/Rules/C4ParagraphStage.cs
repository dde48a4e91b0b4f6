using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>mC4's rule on paragraphs: a page has at least three lines of 200 characters.</summary>
/// <remarks>Source: Xue et al., mT5, 2021, arXiv 2010.11934, section 3.1.</remarks>
public sealed class C4ParagraphStage : IStage
{
    /// <inheritdoc/>
    public string Name => "c4-paragraphs";

    /// <summary>The length of the third longest line, in UTF-16 units; 0 if there are fewer lines.</summary>
    public IReadOnlyList<Measure> Measures { get; } = [new("third-longest-line", Min: 200)];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        int first = 0;
        int second = 0;
        int third = 0;
        foreach (int length in TextAnalysis.Of(document.Text).Lines.Lengths)
        {
            if (length > third)
            {
                third = Math.Min(length, second);
                int middle = Math.Max(length, second);
                second = Math.Min(middle, first);
                first = Math.Max(middle, first);
            }
        }

        values[0] = third;
        return new StageResult(document);
    }
}
