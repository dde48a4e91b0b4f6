using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Random zeros.</summary>
public static class DropoutOp
{
    /// <summary>
    /// Sets each element to zero with a probability and scales the others so that the expectation stays. Equations in
    /// <see cref="DropoutReference"/>. The mask is a function of seed, stream and element index: it is the same on
    /// every backend and in recomputation, and backward draws it again instead of keeping it.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">F32, any shape.</param>
    /// <param name="probability">Of zero; in [0, 1).</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="stream">Different for every layer and every step.</param>
    /// <exception cref="ShapeException">The elements are not F32.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
    public static Tensor Dropout(this Scope scope, Tensor x, float probability, ulong seed, ulong stream)
    {
        ShapeException.Require(x.DType == DType.F32, $"Dropout: {x} must be F32");
        if (probability is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(probability),
                FormattableString.Invariant($"probability is {probability} but must be in [0, 1)"));
        }

        Tensor y = scope.Empty(x.Shape);
        var mask = new DropoutMask(probability, seed, stream);
        scope.Backend.DropoutForward(x, mask, y);
        if (scope.Records(x))
        {
            Node node = scope.Record<Node>(y);
            (node.X, node.Mask) = (x, mask);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor X { get; set; } = null!;

        public DropoutMask Mask { get; set; }

        internal override void Backward(Scope scope, Tensor dY) =>
            scope.Backend.DropoutBackward(dY, Mask, scope.Gradient(X));
    }
}
