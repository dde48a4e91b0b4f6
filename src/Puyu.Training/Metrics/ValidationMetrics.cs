namespace Puyu.Training.Metrics;

/// <summary>The loss on held-out data.</summary>
/// <param name="Step">Steps done before the measurement.</param>
/// <param name="Loss">Mean of −log p over the tokens, in nats.</param>
/// <param name="TrainedTokens">Tokens it is the mean of.</param>
public readonly record struct ValidationMetrics(int Step, double Loss, long TrainedTokens);
