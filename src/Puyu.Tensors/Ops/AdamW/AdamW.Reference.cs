namespace Puyu.Tensors;

/// <summary>Adam with decoupled weight decay.</summary>
/// <remarks>
/// <code>
///   g ← c g
///   m ← β₁ m + (1 − β₁) g           v ← β₂ v + (1 − β₂) g²
///   m̂ = m / (1 − β₁ᵗ)               v̂ = v / (1 − β₂ᵗ)
///   θ ← θ (1 − η λ) − η m̂ / (√v̂ + ε)
/// </code>
/// <para>
/// with the factor c of clipping. Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019
/// (arXiv:1711.05101), algorithm 2, with the schedule multiplier and α of the paper folded into η.
/// </para>
/// </remarks>
internal static class AdamWReference
{
    /// <param name="weight">θ; changed.</param>
    /// <param name="gradient">g.</param>
    /// <param name="m">First moment; changed.</param>
    /// <param name="v">Second moment; changed.</param>
    /// <param name="step">Rates and corrections.</param>
    public static void Update(
        Span<double> weight, ReadOnlySpan<double> gradient, Span<double> m, Span<double> v, AdamWStep step)
    {
        for (int i = 0; i < weight.Length; i++)
        {
            double g = step.GradientScale * gradient[i];
            m[i] = (step.Beta1 * m[i]) + ((1 - step.Beta1) * g);
            v[i] = (step.Beta2 * v[i]) + ((1 - step.Beta2) * g * g);
            double mHat = m[i] / step.BiasCorrection1;
            double vHat = v[i] / step.BiasCorrection2;
            weight[i] *= 1 - (step.LearningRate * step.WeightDecay);
            weight[i] -= step.LearningRate * mHat / (Math.Sqrt(vHat) + step.Epsilon);
        }
    }
}
