using Puyu.Data.Pipeline;

namespace Puyu.Data.Languages;

/// <summary>The stages of this folder, as recipes name them.</summary>
internal static class LanguageStages
{
    public static IEnumerable<StageFactory> All { get; } =
    [
        new StageFactory("language", (json, context) =>
        {
            LanguageStageOptions options = context.Read<LanguageStageOptions>(json);
            return new LanguageStage(
                options with { Model = options.Model is null ? null : context.File(options.Model) });
        }),
    ];
}
