using Puyu.Data.Pipeline;

namespace Puyu.Data.Perplexity;

/// <summary>Measures how unusual documents are under n-gram models, and keeps that as a score.</summary>
public sealed class PerplexityStage : IStage
{
    private const string AnyLanguage = "*";

    private readonly Dictionary<string, NgramModel> _models;

    /// <summary>Loads the models.</summary>
    /// <exception cref="InvalidDataException">A file is not such a model.</exception>
    public PerplexityStage(PerplexityStageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validated();
        _models = options.Models.ToDictionary(
            model => model.Key, model => NgramModel.Load(model.Value), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public string Name => "perplexity";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } = [new Measure("perplexity", Max: 1500)];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        string language = document.Metadata.GetValueOrDefault("language", AnyLanguage);
        NgramModel? model = _models.GetValueOrDefault(language) ?? _models.GetValueOrDefault(AnyLanguage);
        values[0] = model is null ? float.NaN : (float)model.Perplexity(document.Text);
        return new StageResult(float.IsNaN(values[0]) ? document : document with
        {
            Scores = document.Scores.Add(new Score("perplexity", values[0], HigherIsBetter: false)),
        });
    }
}
