using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Causal self-attention over packed sequences.</summary>
public static class AttentionOp
{
    /// <summary>
    /// Every query attends to the keys of its own sequence up to its own position, scaled by 1/√E. Equations in
    /// <see cref="AttentionReference"/>. Memory is linear in T: backward computes the probabilities again.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="qkv">F32 [T, Width], queries and keys already rotated.</param>
    /// <param name="cuSeqLens">I32 [S + 1], rising from 0 to T: where sequences begin. Empty ones are allowed.</param>
    /// <param name="layout">Where the heads are.</param>
    /// <returns>[T, H·E]. A row does not depend on other sequences or on later rows, to the last bit.</returns>
    /// <exception cref="ShapeException">Operands do not fit the layout.</exception>
    /// <exception cref="ArgumentException">The boundaries do not rise from 0 to T.</exception>
    public static Tensor Attention(this Scope scope, Tensor qkv, Tensor cuSeqLens, QkvLayout layout)
    {
        var input = new AttentionInput(qkv, cuSeqLens, layout);
        input.Require("Attention");
        Tensor y = scope.Empty([input.Rows, layout.Heads * layout.HeadDim]);
        if (!scope.Records(qkv))
        {
            scope.Backend.AttentionForward(input, y, logSumExp: null);
            return y;
        }

        Tensor logSumExp = scope.Empty([layout.Heads, input.Rows]);
        scope.Backend.AttentionForward(input, y, logSumExp);
        Node node = scope.Record<Node>(y);
        (node.Input, node.LogSumExp) = (input, logSumExp);
        return y;
    }

    private sealed class Node : TapeNode
    {
        public AttentionInput Input { get; set; }

        public Tensor LogSumExp { get; set; } = null!;

        internal override void Backward(Scope scope, Tensor dY)
        {
            scope.Backend.AttentionBackward(Input, Output, LogSumExp, dY, scope.Gradient(Input.Qkv));
            scope.Release(LogSumExp);
        }
    }
}
