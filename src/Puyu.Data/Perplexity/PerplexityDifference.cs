using System.Runtime.InteropServices;

namespace Puyu.Data.Perplexity;

/// <summary>Whether the second half of a long text has anything to do with the first.</summary>
/// <remarks>
/// <code>
/// Δ = ln PPL(S₂ | S₁) − ln PPL(S₂)
/// </code>
/// Negative where S₁ helps to predict S₂: the text is coherent. Positive where it distracts. Only the difference
/// counts, so that a crude model will do. Source: Cai et al., InternLM2 Technical Report, 2024, section on long context
/// data.
/// </remarks>
internal static class PerplexityDifference
{
    private const int Order = 2;
    private const int LeastUnits = 50;
    private const int MostUnits = 2000;

    /// <summary>Δ of a text, cut in the middle.</summary>
    /// <returns>NaN if the text has fewer than 100 units, which says nothing.</returns>
    public static double Of(ReadOnlySpan<char> text)
    {
        var units = new List<ulong>();
        TextUnits.Hash(text, units);
        int half = units.Count / 2;
        ReadOnlySpan<ulong> all = CollectionsMarshal.AsSpan(units);
        return Of(all[..half], all[half..]);
    }

    /// <summary>
    /// Δ of two stretches of units, the first before the second. As many of each as the shorter has are compared, but
    /// at most 2,000 on each side of the cut: how much S₁ helps depends on how long both are.
    /// </summary>
    /// <returns>NaN if there are fewer than 50 on a side.</returns>
    public static double Of(ReadOnlySpan<ulong> first, ReadOnlySpan<ulong> second)
    {
        int count = Math.Min(MostUnits, Math.Min(first.Length, second.Length));
        if (count < LeastUnits)
        {
            return double.NaN;
        }

        first = first[^count..];
        second = second[..count];
        double alone = new CacheModel(Order).Read(second);
        var informed = new CacheModel(Order);
        informed.Read(first);
        return (alone - informed.Read(second)) / count;
    }
}
