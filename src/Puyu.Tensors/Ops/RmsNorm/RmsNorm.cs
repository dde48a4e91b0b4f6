using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Root-mean-square normalization.</summary>
public static class RmsNormOp
{
    /// <summary>
    /// Divides each row by its root mean square and multiplies by the weight. Equations in
    /// <see cref="RmsNormReference"/>. Nothing but the input is kept for backward.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">Shape [..., D], F32.</param>
    /// <param name="weight">Shape [D], F32, BF16 or F16.</param>
    /// <param name="epsilon">Added to the mean square; positive.</param>
    /// <returns>Shape of <paramref name="x"/>.</returns>
    /// <exception cref="ShapeException">The shapes or storage types do not fit.</exception>
    public static Tensor RmsNorm(this Scope scope, Tensor x, Tensor weight, float epsilon)
    {
        ShapeException.Require(
            x.Shape.Rank > 0 && x.DType == DType.F32, $"RmsNorm: x is {x} but must be F32 [..., D]");
        ShapeException.Require(
            weight.Shape.Rank == 1 && weight.Shape[0] == x.Shape[^1] && weight.DType.IsFloat(),
            $"RmsNorm: weight is {weight} but x is {x}, so weight must be floats [{x.Shape[^1]}]");

        Tensor y = scope.Empty(x.Shape);
        Tensor single = scope.AsSingle(weight);
        scope.Backend.RmsNormForward(x, single, epsilon, y);
        scope.ReleaseSingle(weight, single);
        if (scope.Records(x, weight))
        {
            Node node = scope.Record<Node>(y);
            (node.X, node.Weight, node.Epsilon) = (x, weight, epsilon);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor X { get; set; } = null!;

        public Tensor Weight { get; set; } = null!;

        public float Epsilon { get; set; }

        internal override void Backward(Scope scope, Tensor dY)
        {
            Tensor? dX = X.RequiresGradient ? scope.Gradient(X) : null;
            Tensor? dWeight = Weight.RequiresGradient ? scope.Gradient(Weight) : null;
            Tensor single = scope.AsSingle(Weight);
            scope.Backend.RmsNormBackward(X, single, Epsilon, dY, dX, dWeight);
            scope.ReleaseSingle(Weight, single);
        }
    }
}
