using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Optimizers;

namespace Puyu.Training.Planning;

/// <summary>Tells what a run will take before it begins.</summary>
/// <remarks>
/// Nothing is estimated about memory: one real step of the real code runs on the meta backend, whose tensors have
/// shapes and no memory and whose pool counts as that of every backend. What kernels keep for packing is not counted.
/// </remarks>
public static class Planner
{
    /// <summary>Plans a run.</summary>
    /// <param name="config">The model.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="tokensPerBatch">Tokens of a micro-batch.</param>
    /// <param name="sequenceLength">
    /// Length of its sequences: of the longest that can occur, for the most it can take.
    /// </param>
    public static TrainingPlan Plan(ModelConfig config, TrainingOptions options, int tokensPerBatch, int sequenceLength)
    {
        using var backend = new MetaBackend();
        using Decoder model = Decoder.Create(config, backend, options.Weights);
        using var training = new TrainingStep(model, new RowSampler(tokensPerBatch, sequenceLength), options);
        long staticBytes = backend.Memory.LiveBytes;
        StepResult result = training.Run(step: 0);
        return new TrainingPlan
        {
            Groups = [.. model.Parameters.GroupBy(parameter => parameter.Group)
                .Select(group => Sum(group, options.Optimizer))],
            StaticBytes = staticBytes,
            PeakBytes = backend.Memory.PeakBytes,
            TokensPerStep = result.Tokens,
            TotalTokens = result.Tokens * options.Steps,
            FlopsPerStep = result.Flops,
            Steps = options.Steps,
        };
    }

    private static PlannedGroup Sum(IGrouping<ParameterGroup, Parameter> group, OptimizerOptions options) => new(
        group.Key,
        group.Sum(parameter => parameter.Count),
        group.Sum(parameter => parameter.Count * parameter.DType.Size()),
        group.Sum(parameter => parameter.Count * sizeof(float)),
        group.Sum(parameter => Optimizer.BytesOf(parameter, options)));
}
