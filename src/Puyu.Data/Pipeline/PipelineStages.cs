namespace Puyu.Data.Pipeline;

/// <summary>The stages that belong to no other topic.</summary>
internal static class PipelineStages
{
    /// <summary>All of them, as recipes name them.</summary>
    public static IEnumerable<StageFactory> All { get; } =
    [
        new("size", (options, context) =>
        {
            context.Read<NoOptions>(options);
            return new SizeStage();
        }),
        new("heading", (options, context) => new HeadingStage(context.Read<HeadingOptions>(options))),
        new("sample", (options, context) =>
        {
            context.Read<NoOptions>(options);
            return new SampleStage(context.Seed);
        }),
    ];

    private sealed record NoOptions;
}
