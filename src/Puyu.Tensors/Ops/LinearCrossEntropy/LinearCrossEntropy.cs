using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Language-modelling head with its loss.</summary>
public static class LinearCrossEntropyOp
{
    /// <summary>
    /// The scaled sum of the negative log-probabilities of the targets. Equations in
    /// <see cref="LinearCrossEntropyReference"/>.
    /// </summary>
    /// <remarks>
    /// The logits are made for some rows at a time and never kept, so the gradients of hidden and weight are added
    /// here, not in backward, for an upstream gradient of 1: the loss must be the root of backward, alone or as a
    /// summand.
    /// Ignored rows take no part in the products.
    /// </remarks>
    /// <param name="scope">Owns the result.</param>
    /// <param name="hidden">F32, shape [T, D].</param>
    /// <param name="weight">F32, BF16 or F16. Shape [V, D].</param>
    /// <param name="targets">I32, shape [T], below V; negative where the row is ignored.</param>
    /// <param name="scale">Factor of the loss, such as 1 / number of targets.</param>
    /// <returns>F32, shape [1].</returns>
    /// <exception cref="ShapeException">The shapes or storage types do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is V or more.</exception>
    public static Tensor LinearCrossEntropy(this Scope scope, Tensor hidden, Tensor weight, Tensor targets, float scale)
    {
        Require("LinearCrossEntropy", hidden, weight, targets);
        Tensor loss = scope.Empty([1]);
        bool records = scope.Records(hidden, weight);
        Tensor? dHidden = records && hidden.RequiresGradient ? scope.Gradient(hidden) : null;
        Tensor? dWeight = records && weight.RequiresGradient ? scope.Gradient(weight) : null;
        scope.Backend.LinearCrossEntropy(hidden, weight, targets, scale, loss, dHidden, dWeight);
        if (records)
        {
            scope.Record<Node>(loss);
        }

        return loss;
    }

    internal static void Require(string op, Tensor hidden, Tensor weight, Tensor targets)
    {
        ShapeException.Require(
            hidden.Shape.Rank == 2 && weight.Shape.Rank == 2 && hidden.Shape[1] == weight.Shape[1],
            $"{op}: weight is {weight} but hidden is {hidden}, so weight must be [V, D] and hidden [T, D] with one D");
        ShapeException.Require(
            hidden.DType == DType.F32 && weight.DType.IsFloat(),
            $"{op}: hidden is {hidden} but must be F32, weight is {weight} but must hold real numbers");
        ShapeException.Require(
            targets.DType == DType.I32 && targets.Shape.Rank == 1 && targets.Shape[0] == hidden.Shape[0],
            $"{op}: targets is {targets} but hidden is {hidden}, so targets must be I32 [{hidden.Shape[0]}]");
    }

    private sealed class Node : TapeNode
    {
        internal override void Backward(Scope scope, Tensor dY) => scope.Backend.RequireOne(dY);
    }
}
