namespace Puyu.Tensors;

/// <summary>Momentum whose update is made nearly orthogonal by a Newton–Schulz iteration.</summary>
/// <remarks>
/// <code>
///   m ← μ m + s g,   u = μ m + s g                       Nesterov
///   X₀ = u / ‖u‖
///   Xₖ₊₁ = a Xₖ + (b A + c A²) Xₖ,   A = Xₖ Xₖᵀ            from the left where rows ≤ columns
///   Xₖ₊₁ = a Xₖ + Xₖ (b A + c A²),   A = Xₖᵀ Xₖ            from the right elsewhere: the same matrix, the smaller A
///   θ ← θ − η (ρ √max(rows, columns) X + λ θ)
/// </code>
/// An orthogonal X of r × c has elements of root mean square 1 / √max(r, c), hence the factor.
/// <para>
/// Sources: Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024 (a, b, c); Liu et al., Muon is
/// Scalable for LLM Training, 2025, arXiv:2502.16982 (ρ and λ).
/// </para>
/// </remarks>
internal static class MuonReference
{
    public const double A = 3.4445;
    public const double B = -4.7750;
    public const double C = 2.0315;

    /// <summary>One step.</summary>
    /// <param name="theta">[rows, columns], changed.</param>
    /// <param name="gradient">[rows, columns].</param>
    /// <param name="momentum">[rows, columns], changed.</param>
    /// <param name="columns">Width of the matrix.</param>
    /// <param name="step">The numbers of the step.</param>
    public static void Step(double[] theta, double[] gradient, double[] momentum, int columns, MuonStep step)
    {
        double[] x = new double[theta.Length];
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double g = step.GradientScale * gradient[i];
            momentum[i] = (step.Momentum * momentum[i]) + g;
            x[i] = (step.Momentum * momentum[i]) + g;
            sum += x[i] * x[i];
        }

        double norm = Math.Sqrt(sum);
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = norm > 0 ? x[i] / norm : 0;
        }

        for (int k = 0; k < step.Iterations; k++)
        {
            x = Iterate(x, columns);
        }

        double scale = step.UpdateRms * Math.Sqrt(Math.Max(columns, theta.Length / columns));
        for (int i = 0; i < x.Length; i++)
        {
            theta[i] -= step.LearningRate * ((scale * x[i]) + (step.WeightDecay * theta[i]));
        }
    }

    /// <summary>a X + (b A + c A²) X with A = X Xᵀ.</summary>
    public static double[] Iterate(double[] x, int columns)
    {
        int rows = x.Length / columns;
        double[] a = Multiply(x, Transpose(x, columns), rows, columns, rows);
        double[] aa = Multiply(a, a, rows, rows, rows);
        double[] p = [.. a.Zip(aa, (ai, aai) => (B * ai) + (C * aai))];
        return [.. x.Zip(Multiply(p, x, rows, rows, columns), (xi, pxi) => (A * xi) + pxi)];
    }

    private static double[] Transpose(double[] x, int columns) =>
        [.. Enumerable.Range(0, x.Length).Select(
            i => x[(i % (x.Length / columns) * columns) + (i / (x.Length / columns))])];

    private static double[] Multiply(double[] a, double[] b, int m, int k, int n)
    {
        double[] product = new double[m * n];
        for (int i = 0; i < product.Length; i++)
        {
            for (int j = 0; j < k; j++)
            {
                product[i] += a[(i / n * k) + j] * b[(j * n) + (i % n)];
            }
        }

        return product;
    }
}
