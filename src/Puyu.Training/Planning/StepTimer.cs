using Puyu.Data;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Training.Planning;

/// <summary>
/// Turns a time into a number of steps by measuring steps on the real backend. The number then goes into the options: a
/// run that counted seconds instead of steps could not be repeated.
/// </summary>
public static class StepTimer
{
    private const int WarmupSteps = 2;
    private const int MeasuredSteps = 3;

    /// <summary>
    /// Measures how long a step takes: the median of three after two to warm up, on a model that is thrown away.
    /// </summary>
    /// <param name="config">The model.</param>
    /// <param name="backend">Where the run will compute.</param>
    /// <param name="sampler">The run's data; left where it stood.</param>
    /// <param name="options">Validated options; their number of steps does not matter.</param>
    /// <param name="time">The clock.</param>
    public static TimeSpan Measure(
        ModelConfig config, Backend backend, BatchSampler sampler, TrainingOptions options, TimeProvider time)
    {
        SamplerState state = sampler.State;
        using Decoder model = Decoder.Create(config, backend, options.Weights);
        model.Initialize(options.Seed);
        using var training = new TrainingStep(model, sampler, options);
        var durations = new TimeSpan[MeasuredSteps];
        for (int step = 0; step < WarmupSteps + MeasuredSteps; step++)
        {
            long began = time.GetTimestamp();
            training.Run(step: 0);
            durations[Math.Max(0, step - WarmupSteps)] = time.GetElapsedTime(began);
        }

        sampler.State = state;
        Array.Sort(durations);
        return durations[MeasuredSteps / 2];
    }

    /// <summary>Steps that fit a time; at least 1.</summary>
    /// <param name="budget">The time.</param>
    /// <param name="step">Duration of a step.</param>
    public static int StepsWithin(TimeSpan budget, TimeSpan step) =>
        (int)Math.Clamp(Math.Floor(budget / step), 1, int.MaxValue);
}
