namespace Puyu.Inference.Scoring;

/// <summary>Token ids of which the last ones are to be scored.</summary>
/// <param name="TokenIds">What goes before and what is scored; at least two.</param>
/// <param name="FirstScored">Index of the first id that is scored; at least 1.</param>
internal readonly record struct ScoreRequest(int[] TokenIds, int FirstScored)
{
    /// <summary>Tokens that go through the model: the last id is only a target.</summary>
    public int InputTokens => TokenIds.Length - 1;

    /// <summary>Number of scored tokens.</summary>
    public int ScoredTokens => TokenIds.Length - FirstScored;
}

/// <summary>How likely the scored tokens are.</summary>
/// <param name="LogProbability">Sum of natural logarithms.</param>
/// <param name="IsGreedy">Whether each was the most likely one.</param>
internal readonly record struct SequenceScore(double LogProbability, bool IsGreedy);
