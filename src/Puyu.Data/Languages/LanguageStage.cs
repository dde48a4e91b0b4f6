using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Languages;

/// <summary>Names the language of documents in their metadata, as <c>language</c>, and keeps those wanted.</summary>
public sealed class LanguageStage : IStage
{
    /// <summary>Name of the metadata.</summary>
    public const string Metadata = "language";

    private readonly LanguageIdentifier _identifier;
    private readonly HashSet<string> _keep;

    /// <summary>Loads the model.</summary>
    /// <exception cref="OptionsException">A language to keep is not one that the model knows.</exception>
    public LanguageStage(LanguageStageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validated();
        _identifier = options.Model is null ? LanguageIdentifier.Default : LanguageIdentifier.Load(options.Model);
        _keep = options.Keep.ToHashSet(StringComparer.Ordinal);
        string? unknown = options.Keep.FirstOrDefault(language => !_identifier.Languages.Contains(language));
        if (unknown is not null)
        {
            throw new OptionsException(
                $"Keep names {unknown} but must name languages of the model: {string.Join(", ", _identifier.Languages)}");
        }

        Measures =
        [
            new Measure("kept-language", Min: options.Keep.Count == 0 ? null : 1),
            new Measure("language-score", Min: options.MinScore),
            new Measure("language-share", Min: options.MinShare),
        ];
    }

    /// <inheritdoc/>
    public string Name => "language";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; }

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        LanguageScore found = _identifier.Identify(document.Text);
        values[0] = _keep.Count == 0 || _keep.Contains(found.Language) ? 1 : 0;
        values[1] = found.Score;
        values[2] = Measures[2].Min is null ? float.NaN : Share(document.Text, found.Language);
        Document named = document with
        {
            Metadata = document.Metadata.SetItem(Metadata, found.Language),
            Scores = document.Scores.Add(new Score(Metadata, found.Score, HigherIsBetter: true)),
        };
        return new StageResult(named, found.Language);
    }

    private float Share(string text, string language)
    {
        (long all, long same) = (0, 0);
        foreach (ParagraphLanguage paragraph in _identifier.IdentifyParagraphs(text))
        {
            all += paragraph.Length;
            same += paragraph.Language.Language == language ? paragraph.Length : 0;
        }

        return all == 0 ? float.NaN : (float)same / all;
    }
}
