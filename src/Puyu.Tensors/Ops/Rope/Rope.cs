using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Rotary position embedding.</summary>
public static class RopeOp
{
    /// <summary>
    /// Rotates the query and key heads of a fused projection by their positions, in place. Equations in
    /// <see cref="RopeReference"/>.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="qkv">F32 [T, Width]; consumed: the result shares its memory.</param>
    /// <param name="positionIds">I32 [T], each in [0, <see cref="RopeTable.Length"/>).</param>
    /// <param name="table">Angles, readied by <see cref="RopeTable.For"/> for the longest sequence.</param>
    /// <param name="layout">Where the heads are.</param>
    /// <returns>[T, Width]; values are unchanged.</returns>
    /// <exception cref="ShapeException">Operands do not fit the layout or each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position is not covered by the table.</exception>
    public static Tensor Rope(this Scope scope, Tensor qkv, Tensor positionIds, RopeTable table, QkvLayout layout)
    {
        layout.Require("Rope", qkv);
        ShapeException.Require(
            positionIds.DType == DType.I32 && positionIds.Shape == [qkv.Shape[0]],
            $"Rope: positionIds is {positionIds} but qkv is {qkv}, so positionIds must be I32 [{qkv.Shape[0]}]");
        ShapeException.Require(
            table.HeadDim == layout.HeadDim,
            $"Rope: the table is for heads of {table.HeadDim} elements but the layout has heads of {layout.HeadDim}");

        var rotation = new RopeRotation(positionIds, table, layout, IsTransposed: false);
        scope.Backend.Rotate(qkv, rotation);
        Tensor y = scope.ViewElements(qkv, qkv.Shape, firstElement: 0);
        if (scope.Records(qkv))
        {
            Node node = scope.Record<Node>(y);
            (node.Qkv, node.Rotation, node.Length) = (qkv, rotation with { IsTransposed = true }, table.Length);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor Qkv { get; set; } = null!;

        public RopeRotation Rotation { get; set; }

        public int Length { get; set; }

        internal override void Backward(Scope scope, Tensor dY)
        {
            Rotation.Table.For(Length);
            if (dY.IsShared)
            {
                Tensor dQkv = scope.Empty(dY.Shape);
                scope.Backend.Copy(dY, dQkv);
                scope.Backend.Rotate(dQkv, Rotation);
                scope.PassGradient(Qkv, dQkv);
                scope.Release(dQkv);
                return;
            }

            scope.Backend.Rotate(dY, Rotation);
            scope.PassGradient(Qkv, dY);
        }
    }
}
