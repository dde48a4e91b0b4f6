using Puyu.Models;

namespace Puyu.Training.Planning;

/// <summary>What a run will take.</summary>
public sealed record TrainingPlan
{
    /// <summary>The parameters by what they are.</summary>
    public required IReadOnlyList<PlannedGroup> Groups { get; init; }

    /// <summary>Parameters of the model.</summary>
    public long Parameters => Groups.Sum(group => group.Parameters);

    /// <summary>Bytes of the weights.</summary>
    public long WeightBytes => Groups.Sum(group => group.WeightBytes);

    /// <summary>Bytes of the gradients, float32.</summary>
    public long GradientBytes => Groups.Sum(group => group.GradientBytes);

    /// <summary>Bytes of moments and masters.</summary>
    public long OptimizerBytes => Groups.Sum(group => group.OptimizerBytes);

    /// <summary>Bytes that live during the whole run, as the memory pool rounds them up.</summary>
    public required long StaticBytes { get; init; }

    /// <summary>Bytes that a step takes on top at its peak: activations and temporary results.</summary>
    public long ActivationBytes => PeakBytes - StaticBytes;

    /// <summary>The most bytes of tensors at any time, exactly what the memory pool of the run will report.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Tokens of a step.</summary>
    public required long TokensPerStep { get; init; }

    /// <summary>Tokens of the run.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>Arithmetic of a step; see <see cref="ModelFlops"/>.</summary>
    public required double FlopsPerStep { get; init; }

    /// <summary>Steps of the run.</summary>
    public required int Steps { get; init; }

    /// <summary>How long a step takes.</summary>
    /// <param name="flopsPerSecond">
    /// Model FLOP/s that training reaches: the measured peak times the expected utilization.
    /// </param>
    public TimeSpan StepTime(double flopsPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(flopsPerSecond);
        return TimeSpan.FromSeconds(FlopsPerStep / flopsPerSecond);
    }

    /// <summary>How long the run takes, without validation and checkpoints.</summary>
    /// <param name="flopsPerSecond">As for <see cref="StepTime"/>.</param>
    public TimeSpan TotalTime(double flopsPerSecond) => StepTime(flopsPerSecond) * Steps;
}

/// <summary>The share of one group of parameters.</summary>
/// <param name="Group">What the parameters are.</param>
/// <param name="Parameters">Their elements.</param>
/// <param name="WeightBytes">Bytes of the weights.</param>
/// <param name="GradientBytes">Bytes of the gradients.</param>
/// <param name="OptimizerBytes">Bytes of moments and masters.</param>
public sealed record PlannedGroup(
    ParameterGroup Group, long Parameters, long WeightBytes, long GradientBytes, long OptimizerBytes);
