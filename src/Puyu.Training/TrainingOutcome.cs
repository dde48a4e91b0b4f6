using Puyu.Training.Checkpoints;

namespace Puyu.Training;

/// <summary>How a run ended.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="IsComplete">Whether these were all; if not, the run was cancelled and can be resumed.</param>
/// <param name="Loss">Loss of the last step; NaN if there was none to do.</param>
/// <param name="HeldOutLoss">Loss on held-out data at the end; null if it was not measured.</param>
/// <param name="Checkpoint">The state at the end.</param>
public sealed record TrainingOutcome(
    int Step, bool IsComplete, double Loss, double? HeldOutLoss, Checkpoint Checkpoint);
