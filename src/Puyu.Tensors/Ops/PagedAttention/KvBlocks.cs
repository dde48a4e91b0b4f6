namespace Puyu.Tensors;

/// <summary>Keys and values of one layer in blocks that sequences take as they grow.</summary>
/// <param name="Keys">F32 or BF16 [blocks, block size, K, E]: rotated keys.</param>
/// <param name="Values">The same shape and storage type.</param>
public readonly record struct KvBlocks(Tensor Keys, Tensor Values)
{
    /// <summary>Number of blocks.</summary>
    public int Count => Keys.Shape[0];

    /// <summary>Positions in a block.</summary>
    public int BlockSize => Keys.Shape[1];

    /// <summary>Throws unless both tensors fit the layout.</summary>
    internal void Require(string op, QkvLayout layout)
    {
        ShapeException.Require(
            Keys.DType is DType.F32 or DType.BF16 && Keys.Shape.Rank == 4 && Keys.Shape[1] > 0
                && Keys.Shape[2] == layout.KvHeads && Keys.Shape[3] == layout.HeadDim,
            $"{op}: keys are {Keys} but must be F32 or BF16 [blocks, block size, {layout.KvHeads}, {layout.HeadDim}]");
        ShapeException.Require(
            Values.DType == Keys.DType && Values.Shape == Keys.Shape,
            $"{op}: values are {Values} but keys are {Keys}, so values must be {Keys.DType} {Keys.Shape}");
    }
}
