namespace Puyu.Training.Schedules;

/// <summary>What the learning rate does after its warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Falls in a straight line from the peak to the minimum.</summary>
    Linear,

    /// <summary>Falls along half a cosine from the peak to the minimum.</summary>
    Cosine,

    /// <summary>Stays at the peak, and falls in a straight line to the minimum over the last steps (WSD).</summary>
    WarmupStableDecay,
}
