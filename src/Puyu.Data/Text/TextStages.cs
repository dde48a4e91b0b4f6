using Puyu.Data.Pipeline;

namespace Puyu.Data.Text;

/// <summary>The stages that bring text into form and describe it, as recipes name them.</summary>
internal static class TextStages
{
    public static IEnumerable<StageFactory> All =>
    [
        new("normalize", (options, context) =>
            new NormalizeStage(context.Read<NormalizeOptions>(options).Validated())),
        new("pii", (options, context) => new PiiStage(context.Read<PiiOptions>(options).Validated())),
        new("statistics", (options, context) => new StatisticsStage(WithPath(
            context.Read<StatisticsOptions>(options), context))),
    ];

    private static StatisticsOptions WithPath(StatisticsOptions options, RecipeContext context) => options with
    {
        Tokenizer = options.Tokenizer is { } path ? context.File(path) : null,
    };
}
