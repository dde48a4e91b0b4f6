using Puyu.Training;

namespace Puyu.Cli;

/// <summary>What a training session ended with.</summary>
/// <param name="Outcome">How the run ended.</param>
/// <param name="ModelFolder">The finished model; null if the run was cancelled.</param>
/// <param name="Parameters">Number of weights.</param>
internal sealed record TrainingResult(TrainingOutcome Outcome, string? ModelFolder, long Parameters);
