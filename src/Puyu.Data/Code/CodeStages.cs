using System.Text.Json;
using Puyu.Data.Pipeline;
using Puyu.Tokenizers;

namespace Puyu.Data.Code;

/// <summary>The stages of this folder, as recipes name them.</summary>
internal static class CodeStages
{
    public static IEnumerable<StageFactory> All { get; } =
    [
        new StageFactory("code-quality", (options, context) =>
        {
            _ = context.Read<NoOptions>(options);
            return new CodeQualityStage();
        }),
        new StageFactory("code-exact", (options, context) =>
        {
            _ = context.Read<NoOptions>(options);
            return new CodeExactStage();
        }),
        new StageFactory("repository", Repository),
    ];

    private static RepositoryStage Repository(JsonElement json, RecipeContext context)
    {
        RepositoryOptions options = context.Read<RepositoryOptions>(json);
        if (options.Tokenizer is null)
        {
            return new RepositoryStage(options);
        }

        Tokenizer tokenizer = TokenizerFile.Load(context.File(options.Tokenizer));
        return new RepositoryStage(options, text => tokenizer.Encode(text).Length);
    }

    private sealed record NoOptions;
}
