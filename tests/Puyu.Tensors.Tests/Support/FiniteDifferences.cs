namespace Puyu.Tensors.Tests.Support;

/// <summary>Compares a hand-written backward, in double precision, with central differences of its forward.</summary>
internal static class FiniteDifferences
{
    private const double StepSize = 1e-5;

    /// <summary>
    /// Central differences with step h are off by O(h²) from truncation and O(2⁻⁵³ / h) from rounding: about 1e-10 of
    /// the scale of the loss for h = 1e-5. Two orders are left for the scale of the third derivative.
    /// </summary>
    private const double Tolerance = 1e-7;

    /// <summary>Asserts that <paramref name="gradient"/> is the gradient of <paramref name="loss"/>.</summary>
    /// <param name="x">Where; changed and restored.</param>
    /// <param name="loss">A scalar function of <paramref name="x"/> (which it reads from the same array).</param>
    /// <param name="gradient">What backward says, element by element.</param>
    public static void AssertMatch(double[] x, Func<double> loss, ReadOnlySpan<double> gradient)
    {
        Assert.Equal(x.Length, gradient.Length);
        double scale = Math.Max(1, gradient.ToArray().Max(Math.Abs));
        for (int i = 0; i < x.Length; i++)
        {
            double kept = x[i];
            x[i] = kept + StepSize;
            double above = loss();
            x[i] = kept - StepSize;
            double below = loss();
            x[i] = kept;
            double expected = (above - below) / (2 * StepSize);
            Assert.True(
                Math.Abs(expected - gradient[i]) <= Tolerance * scale,
                $"element {i}: differences give {expected} but backward gives {gradient[i]}");
        }
    }

    /// <summary>Doubles uniform in [−1, 1).</summary>
    public static double[] Uniform(int count, ulong seed) => [.. Numbers.Uniform(count, seed).Select(x => (double)x)];
}
