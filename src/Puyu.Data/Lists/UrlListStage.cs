using Puyu.Data.Pipeline;

namespace Puyu.Data.Lists;

/// <summary>
/// Looks up where documents come from. A document without address is not measured.
/// </summary>
public sealed class UrlListStage : IStage, IDisposable
{
    private readonly UrlList _list;
    private readonly string _metadata;

    /// <summary>Opens the list.</summary>
    /// <exception cref="InvalidDataException">The file is not such a list.</exception>
    public UrlListStage(UrlListStageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validated();
        _list = new UrlList(options.List);
        _metadata = options.Metadata;
    }

    /// <inheritdoc/>
    public string Name => "url-list";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new Measure("listed-domains", Max: 0),
        new Measure("listed-hosts", Max: 0),
        new Measure("listed-urls", Max: 0),
        new Measure("listed-url-words", Max: 0),
        new Measure("listed-soft-words", Max: 1),
        new Measure("listed-subwords", Max: 0),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        if (!document.Metadata.TryGetValue(_metadata, out string? url))
        {
            values.Fill(float.NaN);
            return new StageResult(document);
        }

        UrlFindings found = _list.Find(url);
        values[0] = found.Domains;
        values[1] = found.Hosts;
        values[2] = found.Urls;
        values[3] = found.Words;
        values[4] = found.SoftWords;
        values[5] = found.Subwords;
        return new StageResult(document, found.First);
    }

    /// <summary>Closes the list.</summary>
    public void Dispose() => _list.Dispose();
}
