namespace Puyu.Data.Pipeline;

/// <summary>What a stage measures on each document, and the bounds outside which a document is removed.</summary>
/// <param name="Name">Of the rule, unique in its stage, such as <c>mean-word-length</c>.</param>
/// <param name="Min">The least value of a document that stays; null for none.</param>
/// <param name="Max">The greatest value of a document that stays; null for none.</param>
public sealed record Measure(string Name, float? Min = null, float? Max = null)
{
    /// <summary>Whether a document of this value stays. NaN, nothing measured, does.</summary>
    public bool Admits(float value) => !(value < Min) && !(value > Max);
}
