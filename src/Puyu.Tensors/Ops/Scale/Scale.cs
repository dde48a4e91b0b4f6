using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Multiplication by a number.</summary>
public static class ScaleOp
{
    /// <summary>Multiplies every element by a constant. Equations in <see cref="ScaleReference"/>.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">F32, any shape.</param>
    /// <param name="factor">The constant.</param>
    /// <exception cref="ShapeException">The elements are not F32.</exception>
    public static Tensor Scale(this Scope scope, Tensor x, float factor)
    {
        ShapeException.Require(x.DType == DType.F32, $"Scale: {x} must be F32");

        Tensor y = scope.Empty(x.Shape);
        scope.Backend.ScaleForward(x, factor, y);
        if (scope.Records(x))
        {
            Node node = scope.Record<Node>(y);
            (node.X, node.Factor) = (x, factor);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor X { get; set; } = null!;

        public float Factor { get; set; }

        internal override void Backward(Scope scope, Tensor dY) =>
            scope.Backend.ScaleBackward(dY, Factor, scope.Gradient(X));
    }
}
