namespace Puyu.Data.Rules;

/// <summary>A document near a bound, for somebody to look at.</summary>
/// <param name="Id">Of the document.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Bound">The bound.</param>
/// <param name="Stays">Whether it is on the side that stays.</param>
public sealed record BorderlineSample(string Id, string Domain, float Value, float Bound, bool Stays);
