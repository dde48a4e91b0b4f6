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
    private readonly bool _paragraphs;

    /// <summary>Loads the model.</summary>
    /// <exception cref="OptionsException">A language to keep is not one that the model knows.</exception>
    public LanguageStage(LanguageStageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _identifier = options.Model is null ? LanguageIdentifier.Default : LanguageIdentifier.Load(options.Model);
        _keep = options.Keep.ToHashSet(StringComparer.Ordinal);
        _paragraphs = options.Paragraphs;
        string? unknown = options.Keep.FirstOrDefault(language => !_identifier.Languages.Contains(language));
        if (unknown is not null)
        {
            throw new OptionsException(
                $"Keep names {unknown} but must name languages of the model: "
                + string.Join(", ", _identifier.Languages));
        }
    }

    /// <inheritdoc/>
    public string Name => "language";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new Measure("kept-language", Min: 1),
        new Measure("language-score", Min: 0.65f),
        new Measure("language-share"),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        LanguageScore found = _identifier.Identify(document.Text);
        values[0] = _keep.Count == 0 || _keep.Contains(found.Language) ? 1 : 0;
        values[1] = found.Score;
        values[2] = float.NaN;
        Document named = document with
        {
            Metadata = document.Metadata.SetItem(Metadata, found.Language),
            Scores = document.Scores.Add(new Score(Metadata, found.Score, HigherIsBetter: true)),
        };
        return new StageResult(_paragraphs ? MarkOthers(named, found.Language, out values[2]) : named, found.Language);
    }

    private Document MarkOthers(Document document, string language, out float share)
    {
        (long all, long same) = (0, 0);
        var others = new List<TextSpan>();
        foreach (ParagraphLanguage paragraph in _identifier.IdentifyParagraphs(document.Text))
        {
            all += paragraph.Length;
            if (paragraph.Language.Language == language)
            {
                same += paragraph.Length;
            }
            else if (paragraph.Language.Score > 0)
            {
                others.Add(new TextSpan(paragraph.Start, paragraph.Length, paragraph.Language.Language));
            }
        }

        share = all == 0 ? float.NaN : (float)same / all;
        return document with { Spans = document.Spans.AddRange(others) };
    }
}
