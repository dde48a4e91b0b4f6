namespace Puyu.Evaluation;

/// <summary>Two models on the same questions: far sharper than comparing two accuracies with their intervals.</summary>
/// <param name="Both">Questions both got right.</param>
/// <param name="OnlyFirst">Questions only the first got right.</param>
/// <param name="OnlySecond">Questions only the second got right.</param>
/// <param name="Neither">Questions neither got right.</param>
/// <param name="Difference">
/// Accuracy of the second minus that of the first; interval by bootstrap over questions.
/// </param>
/// <param name="PValue">
/// Chance to see the two differ on questions at least as unevenly if neither were better: McNemar's test, exact and
/// two-sided.
/// </param>
public sealed record PairedComparison(
    int Both, int OnlyFirst, int OnlySecond, int Neither, Estimate Difference, double PValue)
{
    /// <summary>Compares two models question by question.</summary>
    /// <param name="first">Whether the first model got each question right.</param>
    /// <param name="second">Whether the second did, in the same order.</param>
    /// <param name="seed">Seed of the interval's resampling.</param>
    /// <exception cref="ArgumentException">There are no questions, or not the same number.</exception>
    public static PairedComparison Of(IReadOnlyList<bool> first, IReadOnlyList<bool> second, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count || first.Count == 0)
        {
            throw new ArgumentException(
                $"the models answered {first.Count} and {second.Count} questions but must answer the same ones");
        }

        int[] counts = new int[4];
        double[] differences = new double[first.Count];
        for (int i = 0; i < first.Count; i++)
        {
            counts[(first[i] ? 2 : 0) + (second[i] ? 1 : 0)]++;
            differences[i] = (second[i] ? 1 : 0) - (first[i] ? 1 : 0);
        }

        double[] ones = [.. Enumerable.Repeat(1.0, first.Count)];
        return new PairedComparison(
            Both: counts[3], OnlyFirst: counts[2], OnlySecond: counts[1], Neither: counts[0],
            Estimate.OfRatio(differences, ones, seed),
            SignTest(counts[2], counts[1]));
    }

    /// <summary>
    /// min(1, 2 P(X ≤ min(b, c))) for X ~ Binomial(b + c, ½). Source: McNemar, Psychometrika 12, 1947, exact form.
    /// </summary>
    internal static double SignTest(int b, int c)
    {
        int n = b + c;
        double logTerm = -n * Math.Log(2); // log of C(n, k) / 2ⁿ
        double tail = 0;
        for (int k = 0; k <= Math.Min(b, c); k++)
        {
            tail += Math.Exp(logTerm);
            logTerm += Math.Log((double)(n - k) / (k + 1));
        }

        return Math.Min(1, 2 * tail);
    }
}
