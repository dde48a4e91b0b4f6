using Puyu.Data.Pipeline;

namespace Puyu.Data.Perplexity;

/// <summary>The stages of this folder, as recipes name them.</summary>
internal static class PerplexityStages
{
    public static IEnumerable<StageFactory> All { get; } =
    [
        new StageFactory("perplexity", (json, context) =>
        {
            PerplexityStageOptions options = context.Read<PerplexityStageOptions>(json).Validated();
            return new PerplexityStage(options with
            {
                Models = options.Models.ToDictionary(
                    model => model.Key, model => context.File(model.Value), StringComparer.Ordinal),
            });
        }),
        new StageFactory("perplexity-difference", (json, context) =>
        {
            PerplexityDifferenceStageOptions options = context.Read<PerplexityDifferenceStageOptions>(json).Validated();
            return new PerplexityDifferenceStage(
                options with { Thresholds = options.Thresholds is null ? null : context.File(options.Thresholds) });
        }),
        new StageFactory("long-text", (json, context) =>
        {
            context.Read<NoOptions>(json);
            return new LongTextStage();
        }),
    ];

    private sealed record NoOptions;
}
