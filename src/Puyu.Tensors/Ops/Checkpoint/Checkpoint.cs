using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Activation checkpointing: memory for a second forward.</summary>
public static class CheckpointOp
{
    /// <summary>
    /// Runs a block of ops and keeps only its result; backward runs the block again, recorded, and goes through it. The
    /// gradients have the same bits as without.
    /// </summary>
    /// <remarks>
    /// Source: Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016 (arXiv:1604.06174). The block must be a
    /// function of its input and of parameters alone: it runs twice. Where the scope records, the result requires a
    /// gradient, whether or not the block has parameters that do.
    /// </remarks>
    /// <param name="scope">Owns the result.</param>
    /// <param name="forward">The block; makes its result in the scope it is given. Kept until backward has run.</param>
    /// <param name="x">The block's input; kept until backward has run.</param>
    /// <exception cref="InvalidOperationException">The block returned a tensor that it did not make.</exception>
    public static Tensor Checkpoint(this Scope scope, Func<Scope, Tensor, Tensor> forward, Tensor x)
    {
        Tensor y;
        using (Scope unrecorded = scope.BeginUnrecorded())
        {
            y = unrecorded.Return(forward(unrecorded, x));
        }

        if (scope.IsRecording)
        {
            Node node = scope.Record<Node>(y);
            (node.Forward, node.X) = (forward, x);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Func<Scope, Tensor, Tensor> Forward { get; set; } = null!;

        public Tensor X { get; set; } = null!;

        internal override void Backward(Scope scope, Tensor dY)
        {
            using Scope recorded = scope.BeginOwnRecording();
            Tensor y = Forward(recorded, X);

            // The tape of the block frees the gradient it starts from; dY itself belongs to the outer tape.
            recorded.Backward(y, recorded.ViewElements(dY, dY.Shape, firstElement: 0));
        }
    }
}
