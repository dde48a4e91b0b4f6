using Puyu.Data.Pipeline;

namespace Puyu.Data.Classifiers;

/// <summary>The stages of this folder, as recipes name them.</summary>
internal static class ClassifierStages
{
    public static IEnumerable<StageFactory> All { get; } =
    [
        new StageFactory("classifier", (json, context) =>
        {
            ClassifierStageOptions options = context.Read<ClassifierStageOptions>(json).Validated();
            return new ClassifierStage(options with { Model = context.File(options.Model) });
        }),
    ];
}
