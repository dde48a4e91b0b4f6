namespace Puyu.Data;

/// <summary>What a model says of a document.</summary>
/// <param name="Name">Of the score, such as toxicity.</param>
/// <param name="Value">The number.</param>
/// <param name="HigherIsBetter">
/// Its polarity, which has to be stored: in WanJuan-CC toxic_score counts against a document, fluency_score for it.
/// </param>
public readonly record struct Score(string Name, float Value, bool HigherIsBetter);
