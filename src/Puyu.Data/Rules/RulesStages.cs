using Puyu.Data.Pipeline;

namespace Puyu.Data.Rules;

/// <summary>The rules on text, as recipes name them.</summary>
internal static class RulesStages
{
    public static IEnumerable<StageFactory> All =>
    [
        new("gopher-quality", (options, context) =>
            new GopherQualityStage(context.Read<GopherQualityOptions>(options).Validated())),
        new("gopher-repetition", (options, context) =>
            new GopherRepetitionStage(context.Read<GopherRepetitionOptions>(options))),
        new("c4", (options, context) => new C4Stage(context.Read<C4Options>(options))),
        new("c4-paragraphs", (options, context) =>
        {
            context.Read<NoOptions>(options);
            return new C4ParagraphStage();
        }),
        new("fineweb", (options, context) => new FineWebStage(context.Read<FineWebOptions>(options))),
        new("bad-words", (options, context) => new BadWordsStage(WithPaths(
            context.Read<BadWordsOptions>(options), context).Validated())),
        new("chinese", (options, context) =>
        {
            context.Read<NoOptions>(options);
            return new ChineseStage();
        }),
        new("signals", (options, context) => new SignalsStage(context.Read<SignalsOptions>(options))),
    ];

    private static BadWordsOptions WithPaths(BadWordsOptions options, RecipeContext context) => options with
    {
        Files = options.Files.IsDefault ? [] : [.. options.Files.Select(context.File)],
    };

    /// <summary>Of stages that have none, so that any in a recipe is an error.</summary>
    private sealed record NoOptions;
}
