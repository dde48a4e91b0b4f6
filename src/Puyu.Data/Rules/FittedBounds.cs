using Puyu.Data.Pipeline;

namespace Puyu.Data.Rules;

/// <summary>Bounds of one measure in one domain, with what they were fitted from.</summary>
/// <param name="Count">Values.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation, dividing by the count.</param>
/// <param name="Min">The least value that stays; null for none.</param>
/// <param name="Max">The greatest value that stays; null for none.</param>
public sealed record FittedBounds(int Count, double Mean, double Deviation, float? Min, float? Max)
{
    /// <summary>A measure with these bounds, as a recipe has it.</summary>
    public Measure ApplyTo(Measure measure) => measure with { Min = Min, Max = Max };
}
