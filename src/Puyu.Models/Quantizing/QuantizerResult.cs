namespace Puyu.Models.Quantizing;

/// <summary>What quantizing a model has done to it.</summary>
/// <param name="PerplexityBefore">Of the given model on text that was held out.</param>
/// <param name="PerplexityAfter">Of the written model, as inference computes it.</param>
/// <param name="HeldOutTokens">Tokens that were predicted.</param>
/// <param name="CalibrationTokens">Tokens that the codes were chosen on.</param>
public sealed record QuantizerResult(
    double PerplexityBefore, double PerplexityAfter, int HeldOutTokens, int CalibrationTokens);
