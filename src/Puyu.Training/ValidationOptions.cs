using Puyu.Abstractions;

namespace Puyu.Training;

/// <summary>How often, and on how much of it, the loss on held-out data is measured.</summary>
public sealed record ValidationOptions
{
    /// <summary>Steps between two measurements. One is always made when the run ends.</summary>
    public int IntervalSteps { get; init; } = 100;

    /// <summary>
    /// Micro-batches of a measurement: always the first ones of the held-out data, so that losses compare.
    /// </summary>
    public int MicroBatches { get; init; } = 8;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public ValidationOptions Validated()
    {
        var problems = new Problems(nameof(ValidationOptions));
        problems.Require(IntervalSteps > 0, IntervalSteps, "must be positive");
        problems.Require(MicroBatches > 0, MicroBatches, "must be positive");
        problems.ThrowIfAny();
        return this;
    }
}
