using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Element-wise product.</summary>
public static class MultiplyOp
{
    /// <summary>The product of each pair of elements. Equations in <see cref="MultiplyReference"/>.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="a">F32, any shape.</param>
    /// <param name="b">F32, the shape of <paramref name="a"/>.</param>
    /// <exception cref="ShapeException">The shapes differ, or the elements are not F32.</exception>
    public static Tensor Multiply(this Scope scope, Tensor a, Tensor b)
    {
        ShapeException.Require(a.Shape == b.Shape, $"Multiply: b is {b} but a is {a}, so b must be {a.Shape}");
        ShapeException.Require(a.DType == DType.F32 && b.DType == DType.F32, $"Multiply: {a} and {b} must be F32");

        Tensor y = scope.Empty(a.Shape);
        scope.Backend.MultiplyForward(a, b, y);
        if (scope.Records(a, b))
        {
            Node node = scope.Record<Node>(y);
            (node.A, node.B) = (a, b);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor A { get; set; } = null!;

        public Tensor B { get; set; } = null!;

        internal override void Backward(Scope scope, Tensor dY)
        {
            if (A.RequiresGradient)
            {
                scope.Backend.MultiplyBackward(dY, B, scope.Gradient(A));
            }

            if (B.RequiresGradient)
            {
                scope.Backend.MultiplyBackward(dY, A, scope.Gradient(B));
            }
        }
    }
}
