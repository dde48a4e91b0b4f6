using Puyu.Abstractions;
using Puyu.Tensors;
using Puyu.Training.Checkpoints;
using Puyu.Training.Optimizers;
using Puyu.Training.Schedules;

namespace Puyu.Training;

/// <summary>What a training run is, apart from its model and its data.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer updates in the run.</summary>
    public required int Steps { get; init; }

    /// <summary>Micro-batches whose gradients are added up for one step.</summary>
    public int MicroBatchesPerStep { get; init; } = 1;

    /// <summary>
    /// Storage of the weights that the forward and backward passes read, F32 or BF16. With BF16 the optimizer keeps
    /// float32 masters; activations and gradients are float32 either way.
    /// </summary>
    public DType Weights { get; init; } = DType.F32;

    /// <summary>Whether activations are kept for backward or computed again.</summary>
    public ActivationMemory Activations { get; init; } = ActivationMemory.Keep;

    /// <summary>Seed of the weights and of everything random in the run.</summary>
    public ulong Seed { get; init; }

    /// <summary>The update of the weights.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>The learning rate.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>When the state of the run is saved.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>When the loss on held-out data is measured; null is never.</summary>
    public ValidationOptions? Validation { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range, or two values contradict each other.</exception>
    public TrainingOptions Validated()
    {
        var problems = new Problems(nameof(TrainingOptions));
        problems.Require(Steps > 0, Steps, "must be positive");
        problems.Require(MicroBatchesPerStep > 0, MicroBatchesPerStep, "must be positive");
        problems.Require(Weights is DType.F32 or DType.BF16, Weights, "must be F32 or BF16");
        problems.Require(
            Enum.IsDefined(Activations), Activations,
            "must be one of " + string.Join(", ", Enum.GetNames<ActivationMemory>()));
        problems.ThrowIfAny();
        return this with
        {
            Optimizer = Optimizer.Validated(),
            Schedule = Schedule.Validated(Steps),
            Checkpoints = Checkpoints.Validated(),
            Validation = Validation?.Validated(),
        };
    }
}
