using Puyu.Data;

namespace Puyu.Training.Checkpoints;

/// <summary>The counters of a run in a checkpoint.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalTokens">Tokens of these steps.</param>
/// <param name="Seed">
/// Seed of the run: random numbers are functions of it and of the step, so they need no state.
/// </param>
/// <param name="Sampler">Where the data stands.</param>
internal sealed record RunState(int Step, long TotalTokens, ulong Seed, SamplerState Sampler);
