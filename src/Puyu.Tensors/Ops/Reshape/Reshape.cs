using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Another view of the same elements.</summary>
public static class ReshapeOp
{
    /// <summary>The same memory under another shape; the gradient passes through.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">Any shape and storage type.</param>
    /// <param name="shape">As many elements.</param>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public static Tensor Reshape(this Scope scope, Tensor x, Shape shape)
    {
        ShapeException.Require(
            x.Count == shape.Count, $"Reshape: {x} has {x.Count} elements but {shape} has {shape.Count}");

        Tensor y = scope.ViewElements(x, shape, firstElement: 0);
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

        internal override void Backward(Scope scope, Tensor dY) => scope.PassGradient(X, dY);
    }
}
