using System.Diagnostics;

namespace Puyu.Training.Schedules;

/// <summary>The learning rate as a function of the step.</summary>
/// <remarks>
/// With W warm-up steps, N steps, D decay steps, r the minimum ratio and s the ratio of the first warm-up step:
/// <code>
///   warm-up   t &lt; W      s + (1 − s) t / (W − 1)                       1 if W = 1
///   linear    t ≥ W      1 − (1 − r) (t − W) / (N − W)
///   cosine    t ≥ W      r + (1 − r) (1 + cos(π (t − W) / (N − W))) / 2
///   WSD       t ≥ N − D  1 − (1 − r) (t − (N − D)) / D                  1 before
/// </code>
/// times the peak. r is what step N, the first one after the run, would have.
/// </remarks>
public static class Schedule
{
    /// <summary>The learning rate of one step.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="step">From 0.</param>
    /// <param name="steps">Steps of the run.</param>
    public static double LearningRate(ScheduleOptions options, int step, int steps)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.PeakLearningRate * Ratio(options, step, steps);
    }

    private static double Ratio(ScheduleOptions options, int step, int steps)
    {
        int warmup = options.WarmupSteps;
        if (step < warmup)
        {
            double first = options.WarmupFirstRatio ?? (1.0 / warmup);
            return warmup == 1 ? 1 : first + ((1 - first) * step / (warmup - 1));
        }

        double min = options.MinRatio;
        double progress = (double)(step - warmup) / (steps - warmup);
        return options.Kind switch
        {
            ScheduleKind.Constant => 1,
            ScheduleKind.Linear => 1 - ((1 - min) * progress),
            ScheduleKind.Cosine => min + ((1 - min) * (1 + Math.Cos(Math.PI * progress)) / 2),
            ScheduleKind.WarmupStableDecay =>
                1 - ((1 - min) * Math.Max(0, step - (steps - options.DecaySteps)) / options.DecaySteps),
            _ => throw new UnreachableException($"{options.Kind} is no schedule"),
        };
    }
}
