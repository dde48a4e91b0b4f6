namespace Puyu.Tensors;

/// <summary>Keys and values of one layer in blocks that sequences take as they grow.</summary>
public readonly record struct KvBlocks
{
    private KvBlocks(Tensor data, KvBlockLayout layout)
    {
        Data = data;
        Layout = layout;
    }

    /// <summary>Number of blocks.</summary>
    public int Count => Data.Shape[0];

    /// <summary>Positions in a block.</summary>
    public int BlockSize => Layout.BlockSize;

    /// <summary>How keys and values are stored.</summary>
    public KvFormat Format => Layout.Format;

    /// <summary>Bytes of a block: keys and values of <see cref="BlockSize"/> positions and all heads.</summary>
    public int BytesPerBlock => Data.Shape[1];

    /// <summary>U8 [blocks, bytes]; <see cref="KvBlockLayout"/> says what they are.</summary>
    internal Tensor Data { get; }

    /// <summary>Where things are in a block.</summary>
    internal KvBlockLayout Layout { get; }

    /// <summary>Makes blocks of undefined content.</summary>
    /// <param name="scope">Owns the memory.</param>
    /// <param name="blocks">Number of blocks, at least 0.</param>
    /// <param name="blockSize">Positions in a block, at least 1; for the integer formats a multiple of 16.</param>
    /// <param name="kvHeads">Key-value heads K, at least 1.</param>
    /// <param name="headDim">Elements of a head E, at least 1; for the integer formats a multiple of 16.</param>
    /// <param name="format">How keys and values are stored.</param>
    /// <exception cref="ShapeException">A dimension is out of its range.</exception>
    public static KvBlocks Create(
        Scope scope, int blocks, int blockSize, int kvHeads, int headDim, KvFormat format = KvFormat.F32)
    {
        var layout = new KvBlockLayout(blockSize, kvHeads, headDim, format);
        layout.Require();
        return new KvBlocks(scope.Empty([blocks, (int)layout.BlockBytes], DType.U8), layout);
    }

    /// <summary>Bytes that one block of one layer takes, to size a cache before it is made.</summary>
    /// <inheritdoc cref="Create" path="/param|/exception"/>
    public static int BytesOf(int blockSize, int kvHeads, int headDim, KvFormat format)
    {
        var layout = new KvBlockLayout(blockSize, kvHeads, headDim, format);
        layout.Require();
        return (int)layout.BlockBytes;
    }

    /// <summary>
    /// The content of a block, to be kept elsewhere and put back into blocks of the same dimensions and format. What
    /// was never written is undefined, and never read.
    /// </summary>
    /// <param name="block">0 to <see cref="Count"/> − 1.</param>
    /// <returns><see cref="BytesPerBlock"/> bytes, in the byte order of the machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such block.</exception>
    public unsafe Span<byte> BlockBytes(int block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, Count);
        return new Span<byte>(Data.Pointer<byte>() + ((long)block * BytesPerBlock), BytesPerBlock);
    }

    /// <summary>Copies a block over another: before a sequence writes into a block that it shares.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such block.</exception>
    public void CopyBlock(int from, int to) => BlockBytes(from).CopyTo(BlockBytes(to));

    /// <summary>Throws unless the blocks fit the layout of a projection.</summary>
    internal void Require(string op, QkvLayout layout) => ShapeException.Require(
        Layout.KvHeads == layout.KvHeads && Layout.HeadDim == layout.HeadDim,
        $"{op}: the cache has {Layout.KvHeads} key-value heads of {Layout.HeadDim} elements "
        + $"but the layout {layout.KvHeads} of {layout.HeadDim}");
}
