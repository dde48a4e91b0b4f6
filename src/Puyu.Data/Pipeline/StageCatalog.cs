using Puyu.Data.Classifiers;
using Puyu.Data.Code;
using Puyu.Data.Decontamination;
using Puyu.Data.Deduplication;
using Puyu.Data.Formats;
using Puyu.Data.Html;
using Puyu.Data.Languages;
using Puyu.Data.Lists;
using Puyu.Data.Mixing;
using Puyu.Data.Perplexity;
using Puyu.Data.Rules;
using Puyu.Data.Text;

namespace Puyu.Data.Pipeline;

/// <summary>The stages and formats that recipes may name.</summary>
/// <param name="stages">The stages.</param>
/// <param name="formats">The formats.</param>
/// <exception cref="ArgumentException">Two have the same name.</exception>
public sealed class StageCatalog(IEnumerable<StageFactory> stages, IEnumerable<FormatFactory> formats)
{
    private readonly SortedDictionary<string, StageFactory> _stages =
        new(stages.ToDictionary(stage => stage.Name), StringComparer.Ordinal);

    private readonly SortedDictionary<string, FormatFactory> _formats =
        new(formats.ToDictionary(format => format.Name), StringComparer.Ordinal);

    /// <summary>Everything that comes with this assembly.</summary>
    public static StageCatalog BuiltIn { get; } = new(
        [
            .. ClassifierStages.All,
            .. CodeStages.All,
            .. DecontaminationStages.All,
            .. DeduplicationStages.All,
            .. HtmlStages.All,
            .. LanguageStages.All,
            .. ListStages.All,
            .. PerplexityStages.All,
            .. PipelineStages.All,
            .. RulesStages.All,
            .. TextStages.All,
        ],
        [
            .. DocumentFormats.All,
            .. TokenFormats.All,
        ]);

    /// <summary>Names of the stages, in ordinal order.</summary>
    public IEnumerable<string> StageNames => _stages.Keys;

    /// <summary>Names of the formats, in ordinal order.</summary>
    public IEnumerable<string> FormatNames => _formats.Keys;

    internal StageFactory Stage(string name, string path) => _stages.GetValueOrDefault(name)
        ?? throw Unknown(path, "stage", name, _stages.Keys);

    internal FormatFactory Format(string name, string path) => _formats.GetValueOrDefault(name)
        ?? throw Unknown(path, "format", name, _formats.Keys);

    private static InvalidDataException Unknown(string path, string kind, string name, IEnumerable<string> known) =>
        new($"{path}.{kind} is '{name}' but must be one of {string.Join(", ", known)}");
}
