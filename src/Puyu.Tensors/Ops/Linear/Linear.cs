using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Linear layer.</summary>
public static class LinearOp
{
    /// <summary>Applies a linear layer: <c>y = x · Wᵀ + b</c>. Equations in <see cref="LinearReference"/>.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">F32, shape [T, in].</param>
    /// <param name="weight">F32, BF16 or F16. Shape [out, in].</param>
    /// <param name="bias">F32, shape [out]; null for none.</param>
    /// <returns>F32, shape [T, out]. A row does not depend on how many others there are.</returns>
    /// <exception cref="ShapeException">The shapes or storage types do not fit.</exception>
    public static Tensor Linear(this Scope scope, Tensor x, Tensor weight, Tensor? bias = null)
    {
        Require(x, weight, bias);
        Tensor y = scope.Empty([x.Shape[0], weight.Shape[0]]);
        scope.Backend.LinearForward(x, weight, bias, y);
        if (scope.Records(x, weight) || (bias is not null && scope.Records(bias)))
        {
            Node node = scope.Record<Node>(y);
            (node.X, node.Weight, node.Bias) = (x, weight, bias);
        }

        return y;
    }

    private static void Require(Tensor x, Tensor weight, Tensor? bias)
    {
        ShapeException.Require(
            x.Shape.Rank == 2 && weight.Shape.Rank == 2 && x.Shape[1] == weight.Shape[1],
            $"Linear: weight is {weight} but x is {x}, so weight must be [out, in] and x [T, in] with one in");
        ShapeException.Require(
            x.DType == DType.F32 && weight.DType.IsFloat(),
            $"Linear: {x} must be F32 and {weight} must hold real numbers");
        if (bias is not null)
        {
            ShapeException.Require(
                bias.DType == DType.F32 && bias.Shape.Rank == 1 && bias.Shape[0] == weight.Shape[0],
                $"Linear: bias is {bias} but weight is {weight}, so bias must be F32 [{weight.Shape[0]}]");
        }
    }

    private sealed class Node : TapeNode
    {
        public Tensor X { get; set; } = null!;

        public Tensor Weight { get; set; } = null!;

        public Tensor? Bias { get; set; }

        internal override void Backward(Scope scope, Tensor dY)
        {
            if (X.RequiresGradient)
            {
                scope.Backend.MatMulAccumulate(dY, Weight, scope.Gradient(X), MatMulForm.NN);
            }

            if (Weight.RequiresGradient)
            {
                scope.Backend.MatMulAccumulate(dY, X, scope.Gradient(Weight), MatMulForm.TN);
            }

            if (Bias is { RequiresGradient: true })
            {
                scope.Backend.LinearBackwardBias(dY, scope.Gradient(Bias));
            }
        }
    }
}
