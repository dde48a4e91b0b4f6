namespace Puyu.Tensors;

/// <summary>The language-modelling head and its loss in one.</summary>
/// <remarks>
/// <code>
///   z = h · Wᵀ                                 h [T, D], W [V, D], z [T, V] the logits
///   log pₜ = zₜ,target − log Σᵥ exp(zₜᵥ)
///   L = −scale · Σₜ log pₜ                     over the rows whose target is not negative
///   dZₜᵥ = scale · (softmax(zₜ)ᵥ − [v = target]),  0 in the other rows
///   dH += dZ · W,  dW += dZᵀ · h
/// </code>
/// </remarks>
internal static class LinearCrossEntropyReference
{
    /// <param name="hidden">Shape [T, D].</param>
    /// <param name="weight">Shape [V, D].</param>
    /// <param name="targets">Shape [T]; negative where the row is ignored.</param>
    /// <param name="logProbabilities">Overwritten: log p of the target, 0 where ignored. Shape [T].</param>
    /// <param name="probabilities">Overwritten: the softmax of every row. Shape [T, V].</param>
    public static void LogProbabilities(
        ReadOnlySpan<double> hidden, ReadOnlySpan<double> weight, ReadOnlySpan<int> targets,
        Span<double> logProbabilities, Span<double> probabilities)
    {
        int t = targets.Length;
        int v = probabilities.Length / t;
        probabilities.Clear();
        MatMulReference.Accumulate(hidden, weight, probabilities, t, v, hidden.Length / t, MatMulForm.NT);
        for (int row = 0; row < t; row++)
        {
            Span<double> z = probabilities.Slice(row * v, v);
            double max = double.NegativeInfinity;
            foreach (double logit in z)
            {
                max = Math.Max(max, logit);
            }

            double sum = 0;
            foreach (double logit in z)
            {
                sum += Math.Exp(logit - max);
            }

            logProbabilities[row] = targets[row] < 0 ? 0 : z[targets[row]] - max - Math.Log(sum);
            for (int i = 0; i < v; i++)
            {
                z[i] = Math.Exp(z[i] - max) / sum;
            }
        }
    }

    /// <returns>The loss.</returns>
    /// <param name="hidden">Shape [T, D].</param>
    /// <param name="weight">Shape [V, D].</param>
    /// <param name="targets">Shape [T]; negative where the row is ignored.</param>
    /// <param name="scale">Factor of the loss.</param>
    /// <param name="dHidden">Added to. Shape [T, D].</param>
    /// <param name="dWeight">Added to. Shape [V, D].</param>
    public static double ForwardBackward(
        ReadOnlySpan<double> hidden, ReadOnlySpan<double> weight, ReadOnlySpan<int> targets, double scale,
        Span<double> dHidden, Span<double> dWeight)
    {
        int t = targets.Length;
        int d = hidden.Length / t;
        int v = weight.Length / d;
        double[] logProbabilities = new double[t];
        double[] dZ = new double[t * v];
        LogProbabilities(hidden, weight, targets, logProbabilities, dZ);
        double loss = 0;
        for (int row = 0; row < t; row++)
        {
            loss -= scale * logProbabilities[row];
            for (int i = 0; i < v; i++)
            {
                double isTarget = targets[row] == i ? 1 : 0;
                dZ[(row * v) + i] = targets[row] < 0 ? 0 : scale * (dZ[(row * v) + i] - isTarget);
            }
        }

        MatMulReference.Accumulate(dZ, weight, dHidden, t, d, v, MatMulForm.NN);
        MatMulReference.Accumulate(dZ, hidden, dWeight, v, d, t, MatMulForm.TN);
        return loss;
    }
}
