using Puyu.Abstractions;

namespace Puyu.Training.Checkpoints;

/// <summary>
/// When checkpoints are saved and how many are kept. One is always saved when a run ends or is cancelled.
/// </summary>
public sealed record CheckpointOptions
{
    /// <summary>Steps between two checkpoints.</summary>
    public int IntervalSteps { get; init; } = 500;

    /// <summary>Newest checkpoints to keep.</summary>
    public int KeepLast { get; init; } = 2;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public CheckpointOptions Validated()
    {
        var problems = new Problems(nameof(CheckpointOptions));
        problems.Require(IntervalSteps > 0, IntervalSteps, "must be positive");
        problems.Require(KeepLast > 0, KeepLast, "must be positive");
        problems.ThrowIfAny();
        return this;
    }
}
