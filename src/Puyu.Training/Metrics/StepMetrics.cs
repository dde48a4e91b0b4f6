namespace Puyu.Training.Metrics;

/// <summary>What one step of training did.</summary>
public readonly record struct StepMetrics
{
    /// <summary>Steps done, this one included.</summary>
    public int Step { get; init; }

    /// <summary>Steps of the run.</summary>
    public int Steps { get; init; }

    /// <summary>Tokens of this step, padding included.</summary>
    public long Tokens { get; init; }

    /// <summary>Positions of this step that have a loss; the loss is the mean over them.</summary>
    public long TrainedTokens { get; init; }

    /// <summary>Tokens of all steps of the run, this one included.</summary>
    public long TotalTokens { get; init; }

    /// <summary>Mean of −log p over the trained tokens, in nats, before the update.</summary>
    public double Loss { get; init; }

    /// <summary>Learning rate of the update.</summary>
    public double LearningRate { get; init; }

    /// <summary>L2 norm of the gradient of all parameters, before clipping.</summary>
    public double GradientNorm { get; init; }

    /// <summary>Duration of the step, without validation and checkpoints.</summary>
    public double Seconds { get; init; }

    /// <summary>
    /// Arithmetic of the model in this step, recomputation not counted; causal attention counted by halves.
    /// </summary>
    public double Flops { get; init; }

    /// <summary>What the processor was measured to reach, in FLOP/s; null if nobody measured.</summary>
    public double? PeakFlopsPerSecond { get; init; }

    /// <summary>The most bytes that tensors took so far, parameters and optimizer state included.</summary>
    public long PeakBytes { get; init; }

    /// <summary>Time since this process began to train.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Tokens a second.</summary>
    public double TokensPerSecond => Tokens / Seconds;

    /// <summary>Arithmetic a second.</summary>
    public double FlopsPerSecond => Flops / Seconds;

    /// <summary>Model FLOPs utilization: the share of the measured peak that went into the model.</summary>
    public double? Mfu => FlopsPerSecond / PeakFlopsPerSecond;
}
