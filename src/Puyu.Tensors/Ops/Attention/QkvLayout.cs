namespace Puyu.Tensors;

/// <summary>In which order the heads of a fused projection stand in a row.</summary>
public enum QkvOrder
{
    /// <summary>
    /// A group after another: the query heads of a key-value head, then its key, then its value (InternLM2).
    /// </summary>
    GroupInterleaved,

    /// <summary>All query heads, then all keys, then all values.</summary>
    Blocks,
}

/// <summary>Where the heads are in a row of a fused query, key and value projection.</summary>
/// <param name="Heads">Query heads H, a multiple of <paramref name="KvHeads"/>.</param>
/// <param name="KvHeads">Key-value heads K. Query head h attends to key-value head h / (H / K).</param>
/// <param name="HeadDim">Elements of a head, E.</param>
/// <param name="Order">Order of the heads.</param>
public readonly record struct QkvLayout(int Heads, int KvHeads, int HeadDim, QkvOrder Order)
{
    /// <summary>Query heads that share a key-value head: H / K.</summary>
    public int GroupSize => Heads / KvHeads;

    /// <summary>Elements of a row: (H + 2 K) E.</summary>
    public int Width => (Heads + (2 * KvHeads)) * HeadDim;

    /// <summary>First column of a query head.</summary>
    public int QueryColumn(int head) => Order == QkvOrder.Blocks
        ? head * HeadDim
        : ((head / GroupSize * (GroupSize + 2)) + (head % GroupSize)) * HeadDim;

    /// <summary>First column of the key of a key-value head.</summary>
    public int KeyColumn(int kvHead) => Order == QkvOrder.Blocks
        ? (Heads + kvHead) * HeadDim
        : ((kvHead * (GroupSize + 2)) + GroupSize) * HeadDim;

    /// <summary>First column of the value of a key-value head.</summary>
    public int ValueColumn(int kvHead) =>
        KeyColumn(kvHead) + (Order == QkvOrder.Blocks ? KvHeads * HeadDim : HeadDim);

    /// <summary>Throws unless <paramref name="qkv"/> is an F32 matrix with rows of this layout.</summary>
    internal void Require(string op, Tensor qkv)
    {
        ShapeException.Require(
            Heads > 0 && KvHeads > 0 && HeadDim > 0 && Heads % KvHeads == 0,
            $"{op}: the layout has {Heads} query heads and {KvHeads} key-value heads of {HeadDim} elements, "
            + $"but all must be positive and query heads a multiple of key-value heads");
        ShapeException.Require(
            qkv.DType == DType.F32 && qkv.Shape.Rank == 2 && qkv.Shape[1] == Width,
            $"{op}: qkv is {qkv} but must be F32 [T, {Width}] "
            + $"for {Heads} query and {KvHeads} key-value heads of {HeadDim}");
    }
}
