using Puyu.Data.Pipeline;

namespace Puyu.Data.Perplexity;

/// <summary>
/// Statistics by which long texts are told into holistic, aggregated and chaotic ones: how varied their words are, how
/// their lines are laid out, and how often they refer and connect.
/// </summary>
/// <remarks>
/// No bounds are set: fit them to the corpus. Source of the measures: Lv et al., LongWanjuan: Towards Systematic
/// Measurement for Long Text Quality, 2024. Word lists are our own.
/// </remarks>
public sealed class LongTextStage : IStage
{
    /// <inheritdoc/>
    public string Name => "long-text";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new Measure("type-token-ratio"),
        new Measure("mean-line-length"),
        new Measure("line-length-deviation"),
        new Measure("newline-rate"),
        new Measure("comma-rate"),
        new Measure("space-rate"),
        new Measure("bar-rate"),
        new Measure("pronoun-rate"),
        new Measure("connective-rate"),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        values.Fill(float.NaN);
        string text = document.Text;
        if (text.Length == 0)
        {
            return new StageResult(document);
        }

        var units = new List<ulong>();
        TextUnits.Hash(text, units);
        values[0] = units.Count == 0 ? float.NaN : (float)new HashSet<ulong>(units).Count / units.Count;
        (values[1], values[2]) = LineLengths(text);
        ReadOnlySpan<char> characters = text;
        values[3] = (float)characters.Count('\n') / text.Length;
        values[4] = (float)(characters.Count(',') + characters.Count('，')) / text.Length;
        values[5] = (float)characters.Count(' ') / text.Length;
        values[6] = (float)characters.Count('|') / text.Length;
        (values[7], values[8]) = CohesionWords.Rates(text);
        return new StageResult(document);
    }

    /// <summary>Mean and standard deviation of the lengths of lines that are not blank.</summary>
    private static (float Mean, float Deviation) LineLengths(ReadOnlySpan<char> text)
    {
        (double sum, double squares, int count) = (0, 0, 0);
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            if (!line.IsWhiteSpace())
            {
                sum += line.Length;
                squares += (double)line.Length * line.Length;
                count++;
            }
        }

        double mean = sum / count;
        return ((float)mean, (float)Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean))));
    }
}
