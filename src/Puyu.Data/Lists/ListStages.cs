using Puyu.Data.Pipeline;

namespace Puyu.Data.Lists;

/// <summary>The stages of this folder, as recipes name them.</summary>
internal static class ListStages
{
    public static IEnumerable<StageFactory> All { get; } =
    [
        new StageFactory("url-list", (json, context) =>
        {
            UrlListStageOptions options = context.Read<UrlListStageOptions>(json).Validated();
            return new UrlListStage(options with { List = context.File(options.List) });
        }),
        new StageFactory("words", (json, context) =>
        {
            WordsStageOptions options = context.Read<WordsStageOptions>(json).Validated();
            return new WordsStage(options with
            {
                Words = [.. options.Words.Select(context.File)],
                Allowed = [.. options.Allowed.Select(context.File)],
            });
        }),
    ];
}
