using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>The gated activation of the feed-forward layer.</summary>
public static class SwiGluOp
{
    /// <summary>
    /// <c>y = silu(gate) · up</c>, element by element. Equations in <see cref="SwiGluReference"/>. Nothing but the
    /// inputs is kept for backward.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="gate">F32, any shape.</param>
    /// <param name="up">F32, the shape of <paramref name="gate"/>.</param>
    /// <exception cref="ShapeException">The shapes differ, or the elements are not F32.</exception>
    public static Tensor SwiGlu(this Scope scope, Tensor gate, Tensor up)
    {
        ShapeException.Require(
            gate.Shape == up.Shape, $"SwiGlu: up is {up} but gate is {gate}, so up must be {gate.Shape}");
        ShapeException.Require(
            gate.DType == DType.F32 && up.DType == DType.F32, $"SwiGlu: {gate} and {up} must be F32");

        Tensor y = scope.Empty(gate.Shape);
        scope.Backend.SwiGluForward(gate, up, y);
        if (scope.Records(gate, up))
        {
            Node node = scope.Record<Node>(y);
            (node.Gate, node.Up) = (gate, up);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor Gate { get; set; } = null!;

        public Tensor Up { get; set; } = null!;

        internal override void Backward(Scope scope, Tensor dY)
        {
            Tensor? dGate = Gate.RequiresGradient ? scope.Gradient(Gate) : null;
            Tensor? dUp = Up.RequiresGradient ? scope.Gradient(Up) : null;
            scope.Backend.SwiGluBackward(Gate, Up, dY, dGate, dUp);
        }
    }
}
