using System.Runtime.InteropServices;

namespace Puyu.Data.Perplexity;

/// <summary>Estimates n-gram models: interpolated Kneser-Ney smoothing with three discounts a length.</summary>
/// <remarks>
/// <code>
/// p(w | h) = (a(hw) − D(a(hw))) / Σᵥ a(hv) + γ(h) · p(w | h′)      h′: h without its first unit
/// γ(h)     = Σᵥ D(a(hv)) / Σᵥ a(hv)
/// a(g)     = occurrences of g, if it is of the longest length or begins a line; else different units before g
/// D(k)     = k − (k+1) · Y · nₖ₊₁ / nₖ for k = 1, 2 and 3 or more; Y = n₁ / (n₁ + 2 n₂); nₖ: sequences of a(g) = k
/// </code>
/// Source: Chen and Goodman, An Empirical Study of Smoothing Techniques for Language Modeling, TR-10-98, 1998.
/// All different sequences are in memory while training, some 50 bytes each.
/// </remarks>
public static class NgramTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="lines">Enumerated twice; lines are independent of each other.</param>
    /// <param name="options">How.</param>
    /// <returns>The same bits for the same lines.</returns>
    /// <exception cref="ArgumentException">There is no text.</exception>
    public static NgramModel Train(IEnumerable<string> lines, NgramTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(options);
        options.Validated();
        HashSet<ulong> vocabulary = Vocabulary(lines, options.MinCount);
        var counts = new NgramCounts(options.Order);
        var units = new List<ulong>();
        foreach (string line in lines)
        {
            units.Clear();
            units.Add(NgramKeys.Begin);
            TextUnits.Hash(line, units);
            if (units.Count == 1)
            {
                continue;
            }

            units.Add(NgramKeys.End);
            Span<ulong> sequence = CollectionsMarshal.AsSpan(units);
            for (int i = 1; i < sequence.Length - 1; i++)
            {
                sequence[i] = vocabulary.Contains(sequence[i]) ? sequence[i] : NgramKeys.Unknown;
            }

            counts.Add(sequence);
        }

        return counts.Estimate();
    }

    private static HashSet<ulong> Vocabulary(IEnumerable<string> lines, int minCount)
    {
        var counts = new Dictionary<ulong, int>();
        var units = new List<ulong>();
        foreach (string line in lines)
        {
            units.Clear();
            TextUnits.Hash(line, units);
            foreach (ulong unit in units)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, unit, out _)++;
            }
        }

        return counts.Count > 0
            ? [.. counts.Where(count => count.Value >= minCount).Select(count => count.Key)]
            : throw new ArgumentException("the training text has no words but needs some");
    }
}
