namespace Puyu.Inference.Sampling;

/// <summary>What was drawn.</summary>
/// <param name="TokenId">In [0, V).</param>
/// <param name="LogProbability">
/// Before bias, penalties, temperature and filters; null where the sampler was not asked for it.
/// </param>
/// <param name="Alternatives">
/// The most likely tokens with their log-probabilities, likeliest first. Overwritten by the next draw.
/// </param>
internal readonly record struct DrawnToken(
    int TokenId, float? LogProbability, ReadOnlyMemory<TokenLogProbability> Alternatives);

/// <summary>A token and how likely the model finds it.</summary>
/// <param name="TokenId">Its id.</param>
/// <param name="LogProbability">Natural logarithm, at most 0.</param>
internal readonly record struct TokenLogProbability(int TokenId, float LogProbability);
