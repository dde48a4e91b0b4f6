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
    public static Tensor Checkpoint(this Scope scope, Func<Scope, Tensor, Tensor> forward, Tensor x) =>
        scope.Checkpoint(static (inner, input, block) => block(inner, input), x, forward);

    /// <param name="scope">Owns the result.</param>
    /// <param name="forward">The block; a static function, so that nothing is allocated.</param>
    /// <param name="x">The block's input; kept until backward has run.</param>
    /// <param name="state">What else the block reads; the same at its second run.</param>
    /// <inheritdoc cref="Checkpoint(Scope, Func{Scope, Tensor, Tensor}, Tensor)"/>
    public static Tensor Checkpoint<TState>(
        this Scope scope, Func<Scope, Tensor, TState, Tensor> forward, Tensor x, TState state)
    {
        Tensor y;
        using (Scope unrecorded = scope.BeginUnrecorded())
        {
            y = unrecorded.Return(forward(unrecorded, x, state));
        }

        if (scope.IsRecording)
        {
            Node<TState> node = scope.Record<Node<TState>>(y);
            (node.Forward, node.X, node.State) = (forward, x, state);
        }

        return y;
    }

    private sealed class Node<TState> : TapeNode
    {
        public Func<Scope, Tensor, TState, Tensor> Forward { get; set; } = null!;

        public Tensor X { get; set; } = null!;

        public TState State { get; set; } = default!;

        internal override void Backward(Scope scope, Tensor dY)
        {
            using Scope recorded = scope.BeginOwnRecording();
            Tensor y = Forward(recorded, X, State);

            // The tape of the block frees the gradient it starts from; dY itself belongs to the outer tape.
            recorded.Backward(y, recorded.ViewElements(dY, dY.Shape, firstElement: 0));
        }
    }
}
