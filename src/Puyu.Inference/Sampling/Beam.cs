namespace Puyu.Inference.Sampling;

/// <summary>One of the completions that beam search keeps: a token behind another beam.</summary>
/// <param name="TokenId">The last token.</param>
/// <param name="Previous">What is before it; null at the beginning.</param>
/// <param name="LogProbability">Sum over all tokens.</param>
internal sealed record Beam(int TokenId, Beam? Previous, double LogProbability)
{
    /// <summary>Number of tokens.</summary>
    public int Length { get; } = (Previous?.Length ?? 0) + 1;

    /// <summary>Log-probability over length to the power of a penalty: at 1 the mean, at 0 the sum.</summary>
    public double Score(double lengthPenalty) => LogProbability / Math.Pow(Length, lengthPenalty);

    /// <summary>All tokens, first to last.</summary>
    public int[] TokenIds()
    {
        int[] tokenIds = new int[Length];
        Beam? beam = this;
        for (int i = Length - 1; i >= 0; i--)
        {
            tokenIds[i] = beam!.TokenId;
            beam = beam.Previous;
        }

        return tokenIds;
    }
}
