namespace Puyu.Tensors;

/// <summary>Causal attention over a paged cache of keys and values.</summary>
public static class PagedAttentionOp
{
    /// <summary>
    /// Writes the keys and values of the new rows into the cache and lets each new row attend to its sequence up to
    /// itself: prefill, chunks of it, and decoding. Equations in <see cref="AttentionReference"/>.
    /// </summary>
    /// <param name="scope">Owns the result; must not record, since there is no backward.</param>
    /// <param name="qkv">F32 [T, Width], queries and keys already rotated.</param>
    /// <param name="cache">
    /// Written at the last positions of each context; <see cref="KvFormat"/> says with what error.
    /// </param>
    /// <param name="sequences">Which rows and blocks belong to which sequence.</param>
    /// <param name="layout">Where the heads are.</param>
    /// <returns>
    /// [T, H·E]. A row has the same bits however its sequence was cut into chunks and whatever else is in it;
    /// with F32 storage, those of <see cref="AttentionOp.Attention"/>.
    /// </returns>
    /// <exception cref="ShapeException">Operands do not fit the layout or each other.</exception>
    /// <exception cref="ArgumentException">Boundaries, lengths or blocks are out of their range.</exception>
    /// <exception cref="InvalidOperationException">A gradient is required.</exception>
    public static Tensor PagedAttention(
        this Scope scope, Tensor qkv, KvBlocks cache, PagedSequences sequences, QkvLayout layout)
    {
        var input = new AttentionInput(qkv, sequences.CuSeqLens, layout);
        input.Require("PagedAttention");
        cache.Require("PagedAttention", layout);
        sequences.Require("PagedAttention");
        if (scope.Records(qkv))
        {
            throw new InvalidOperationException(
                "PagedAttention is recorded but has no backward; use Attention, or a scope that does not record");
        }

        Tensor y = scope.Empty([input.Rows, layout.Heads * layout.HeadDim]);
        scope.Backend.PagedAttentionForward(input, cache, sequences, y);
        return y;
    }
}
