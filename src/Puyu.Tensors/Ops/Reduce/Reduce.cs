using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Sum and mean of all elements.</summary>
public static class ReduceOp
{
    /// <summary>Adds all elements up, in double precision and in a fixed order.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">F32, any shape.</param>
    /// <returns>Shape [1].</returns>
    /// <exception cref="ShapeException">The elements are not F32.</exception>
    public static Tensor Sum(this Scope scope, Tensor x) => Reduce(scope, x, divisor: 1);

    /// <summary>Averages all elements, in double precision and in a fixed order.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">F32, any shape with at least one element.</param>
    /// <returns>Shape [1].</returns>
    /// <exception cref="ShapeException">The elements are not F32, or there are none.</exception>
    public static Tensor Mean(this Scope scope, Tensor x)
    {
        ShapeException.Require(x.Count > 0, $"Mean: {x} must have an element");
        return Reduce(scope, x, x.Count);
    }

    private static Tensor Reduce(Scope scope, Tensor x, double divisor)
    {
        ShapeException.Require(x.DType == DType.F32, $"Sum: {x} must be F32");
        Tensor y = scope.Empty([1]);
        scope.Backend.ReduceForward(x, divisor, y);
        if (scope.Records(x))
        {
            Node node = scope.Record<Node>(y);
            (node.X, node.Divisor) = (x, divisor);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor X { get; set; } = null!;

        public double Divisor { get; set; }

        internal override void Backward(Scope scope, Tensor dY) =>
            scope.Backend.ReduceBackward(dY, Divisor, scope.Gradient(X));
    }
}
