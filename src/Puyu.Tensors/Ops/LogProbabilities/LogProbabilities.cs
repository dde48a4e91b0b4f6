namespace Puyu.Tensors;

/// <summary>Log-probabilities of given tokens.</summary>
public static class LogProbabilitiesOp
{
    /// <summary>
    /// The log-probability of each row's target under the language-modelling head. Equations in
    /// <see cref="LinearCrossEntropyReference"/>; the logits are made for some rows at a time and never kept.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="hidden">F32, shape [T, D].</param>
    /// <param name="weight">F32, BF16 or F16. Shape [V, D].</param>
    /// <param name="targets">I32, shape [T], below V; negative where the row is ignored.</param>
    /// <returns>F32, shape [T]; 0 where ignored. An element does not depend on the other rows.</returns>
    /// <exception cref="ShapeException">The shapes or storage types do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is V or more.</exception>
    /// <exception cref="InvalidOperationException">The op would have to be recorded: it has no backward.</exception>
    public static Tensor LogProbabilities(this Scope scope, Tensor hidden, Tensor weight, Tensor targets)
    {
        LinearCrossEntropyOp.Require("LogProbabilities", hidden, weight, targets);
        if (scope.Records(hidden, weight))
        {
            throw new InvalidOperationException(
                $"LogProbabilities: {hidden} or {weight} requires a gradient but the op has none; use BeginUnrecorded, "
                + "or LinearCrossEntropy for a loss");
        }

        Tensor y = scope.Empty([hidden.Shape[0]]);
        scope.Backend.LogProbabilities(hidden, weight, targets, y);
        return y;
    }
}
