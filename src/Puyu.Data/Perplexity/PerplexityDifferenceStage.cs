using Puyu.Data.Pipeline;

namespace Puyu.Data.Perplexity;

/// <summary>Finds long texts whose second half has nothing to do with the first.</summary>
/// <remarks>
/// Domain and language are read from the metadata. The excess over the threshold for these is what the bound is on, so
/// that one bound, 0, serves all.
/// </remarks>
public sealed class PerplexityDifferenceStage : IStage
{
    private readonly PerplexityDifferenceStageOptions _options;
    private readonly DifferenceThresholds _thresholds;

    /// <summary>Reads the thresholds.</summary>
    /// <exception cref="InvalidDataException">The file of thresholds is malformed.</exception>
    public PerplexityDifferenceStage(PerplexityDifferenceStageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _thresholds = options.Thresholds is null
            ? new DifferenceThresholds() : DifferenceThresholds.Load(options.Thresholds);
    }

    /// <inheritdoc/>
    public string Name => "perplexity-difference";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
        [new Measure("perplexity-difference"), new Measure("excess-over-threshold", Max: 0)];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        values.Fill(float.NaN);
        if (document.CountBytes() <= _options.LongBytes)
        {
            return new StageResult(document);
        }

        string domain = document.Metadata.GetValueOrDefault(_options.Domain, "");
        string language = document.Metadata.GetValueOrDefault("language", "");
        values[0] = (float)PerplexityDifference.Of(document.Text);
        values[1] = values[0] - _thresholds.Of(domain, language);
        return new StageResult(float.IsNaN(values[0]) ? document : document with
        {
            Scores = document.Scores.Add(new Score(Name, values[0], HigherIsBetter: false)),
        });
    }
}
