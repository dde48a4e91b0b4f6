using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>The stages that look for duplicates, as recipes name them.</summary>
internal static class DeduplicationStages
{
    public static IEnumerable<StageFactory> All =>
    [
        new("exact", (options, context) => new ExactStage(context.Read<ExactOptions>(options))),
        new("minhash", (options, context) => new MinHashStage(WithPaths(
            context.Read<MinHashOptions>(options), context))),
        new("paragraphs", (options, context) => new ParagraphStage(context.Read<ParagraphOptions>(options))),
        new("substring", (options, context) => new SubstringStage(context.Read<SubstringOptions>(options))),
    ];

    private static MinHashOptions WithPaths(MinHashOptions options, RecipeContext context) => options with
    {
        Index = [.. options.Index.Select(context.File)],
        WriteIndex = options.WriteIndex is { } path ? Path.GetFullPath(path, context.Folder) : null,
    };
}
