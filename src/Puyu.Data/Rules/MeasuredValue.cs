namespace Puyu.Data.Rules;

/// <summary>What was measured on one document.</summary>
/// <param name="Id">Of the document.</param>
/// <param name="Domain">Where it comes from: the value of a metadata key, such as a site or a language.</param>
/// <param name="Value">The value; NaN is passed over.</param>
public readonly record struct MeasuredValue(string Id, string Domain, float Value);
