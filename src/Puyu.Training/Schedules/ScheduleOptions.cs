using Puyu.Abstractions;

namespace Puyu.Training.Schedules;

/// <summary>How the learning rate changes over a run; <see cref="Schedule"/> is the function.</summary>
public sealed record ScheduleOptions
{
    /// <summary>Form of the curve after the warm-up.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Cosine;

    /// <summary>The highest learning rate.</summary>
    public double PeakLearningRate { get; init; } = 3e-4;

    /// <summary>Steps in which the learning rate rises in a straight line; the last of them has the peak.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>
    /// Learning rate of the first warm-up step as a ratio of the peak; null is 1 / <see cref="WarmupSteps"/>, which
    /// makes step t of W the (t + 1)/W-th of the peak.
    /// </summary>
    public double? WarmupFirstRatio { get; init; }

    /// <summary>The learning rate towards which the run decays, as a ratio of the peak.</summary>
    public double MinRatio { get; init; } = 0.1;

    /// <summary>Steps of the decay of <see cref="ScheduleKind.WarmupStableDecay"/>, the last ones of the run.</summary>
    public int DecaySteps { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them for a run of this length.</summary>
    /// <param name="steps">Steps of the run.</param>
    /// <exception cref="OptionsException">A value is out of range, or two values contradict each other.</exception>
    public ScheduleOptions Validated(int steps)
    {
        var problems = new Problems(nameof(ScheduleOptions));
        problems.Require(
            Enum.IsDefined(Kind), Kind, "must be one of " + string.Join(", ", Enum.GetNames<ScheduleKind>()));
        problems.Require(
            PeakLearningRate > 0 && double.IsFinite(PeakLearningRate), PeakLearningRate, "must be positive and finite");
        problems.Require(
            WarmupSteps >= 0 && WarmupSteps < steps, WarmupSteps,
            $"must lie in [0, {steps}), {steps} being the steps of the run");
        problems.Require(WarmupFirstRatio is null or (>= 0 and <= 1), WarmupFirstRatio, "must lie in [0, 1]");
        problems.Require(MinRatio is >= 0 and <= 1, MinRatio, "must lie in [0, 1]");
        problems.Require(
            Kind == ScheduleKind.WarmupStableDecay
                ? DecaySteps > 0 && (long)DecaySteps + WarmupSteps <= steps
                : DecaySteps == 0,
            DecaySteps,
            Kind == ScheduleKind.WarmupStableDecay
                ? $"must lie in [1, {steps - WarmupSteps}], the steps of the run after its warm-up"
                : $"must be 0 unless Kind is {nameof(ScheduleKind.WarmupStableDecay)}");
        problems.ThrowIfAny();
        return this;
    }
}
