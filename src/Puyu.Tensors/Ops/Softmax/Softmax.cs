using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Normalized exponentials.</summary>
public static class SoftmaxOp
{
    /// <summary>Turns each row of logits into probabilities. Equations in <see cref="SoftmaxReference"/>.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">Shape [..., V], F32; −∞ gives 0, unless the whole row is −∞, which gives NaN.</param>
    /// <returns>Shape of <paramref name="x"/>.</returns>
    /// <exception cref="ShapeException">There is no last dimension, or the elements are not F32.</exception>
    public static Tensor Softmax(this Scope scope, Tensor x)
    {
        ShapeException.Require(
            x.Shape.Rank > 0 && x.DType == DType.F32, $"Softmax: x is {x} but must be F32 [..., V]");

        Tensor y = scope.Empty(x.Shape);
        scope.Backend.SoftmaxForward(x, y);
        if (scope.Records(x))
        {
            Node node = scope.Record<Node>(y);
            node.X = x;
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor X { get; set; } = null!;

        internal override void Backward(Scope scope, Tensor dY) =>
            scope.Backend.SoftmaxBackward(Output, dY, scope.Gradient(X));
    }
}
