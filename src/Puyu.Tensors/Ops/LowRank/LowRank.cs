namespace Puyu.Tensors;

/// <summary>Low-rank changes of linear maps.</summary>
public static class LowRankOp
{
    /// <summary>
    /// Adds to some rows what a low-rank change of their linear map makes of their inputs:
    /// <c>y ← y + scale · x Aᵀ Bᵀ</c>. For inference: nothing is recorded.
    /// </summary>
    /// <remarks>
    /// Source: Hu et al., LoRA, 2021 (arXiv:2106.09685), § 4.1. The bits of a row depend neither on the other rows nor
    /// on the number of threads.
    /// </remarks>
    /// <param name="scope">Owns the intermediate results.</param>
    /// <param name="y">F32 [T, outputs]; the named rows are added to.</param>
    /// <param name="x">F32 [T, inputs].</param>
    /// <param name="a">[rank, inputs].</param>
    /// <param name="b">[outputs, rank].</param>
    /// <param name="scale">Factor of the change.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">The op would have to be recorded: it has no backward.</exception>
    public static void AddLowRank(
        this Scope scope, Tensor y, Tensor x, Tensor a, Tensor b, float scale, int firstRow, int rows)
    {
        if (scope.Records(x, y))
        {
            throw new InvalidOperationException($"AddLowRank: {y} requires a gradient but the op has none");
        }

        using Scope inner = scope.Begin();
        Tensor some = inner.View(x, [rows, x.Shape[1]], firstRow);                              // [rows, inputs]
        Tensor low = inner.Scale(inner.Linear(some, a), scale);                                 // [rows, rank]
        Tensor change = inner.Linear(low, b);                                                   // [rows, outputs]
        inner.Backend.Accumulate(change, inner.View(y, [rows, y.Shape[1]], firstRow));
    }
}
