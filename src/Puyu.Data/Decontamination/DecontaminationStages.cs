using Puyu.Data.Pipeline;

namespace Puyu.Data.Decontamination;

/// <summary>The stages of this folder, as recipes name them.</summary>
internal static class DecontaminationStages
{
    public static IEnumerable<StageFactory> All { get; } =
    [
        new StageFactory("decontaminate", (options, context) => new DecontaminateStage(
            DecontaminationIndex.Load(context.File(context.Read<DecontaminateStageOptions>(options).Index)))),
    ];
}
