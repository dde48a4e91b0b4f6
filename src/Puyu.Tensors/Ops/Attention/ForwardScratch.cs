namespace Puyu.Tensors;

/// <summary>What a worker keeps while it does a piece of <see cref="AttentionSimd"/>'s forward.</summary>
internal readonly unsafe struct ForwardScratch
{
    private readonly float* _tiles;
    private readonly int _stride;

    /// <param name="memory"><see cref="Floats"/> floats, 64-byte aligned.</param>
    /// <param name="headDim">E.</param>
    public ForwardScratch(float* memory, int headDim)
    {
        _stride = Stride(headDim);
        int head = _stride * AttentionTiles.Keys;
        KeyValues = new KeyValueTile((nint)memory, (nint)(memory + head), _stride);
        Scores = memory + (2 * head);
        Rescale = Scores + (AttentionTiles.Keys * AttentionTiles.Lanes);
        _tiles = Rescale + AttentionTiles.Lanes;
    }

    /// <summary>[64, E rounded up].</summary>
    public KeyValueTile KeyValues { get; }

    /// <summary>[64, lanes].</summary>
    public float* Scores { get; }

    /// <summary>[lanes]: factor for what was summed before.</summary>
    public float* Rescale { get; }

    /// <summary>Floats of one worker.</summary>
    public static long Floats(int headDim) =>
        (2L * Stride(headDim) * AttentionTiles.Keys) + (AttentionTiles.Keys * AttentionTiles.Lanes)
        + AttentionTiles.Lanes + (AttentionTiles.TilesOfPiece * TileFloats(Stride(headDim)));

    /// <summary>What is kept for one of the tiles of queries.</summary>
    public ForwardTile Tile(int tile) => new(_tiles + (tile * TileFloats(_stride)), _stride);

    private static int Stride(int headDim) => AttentionTiles.RoundUp(headDim, TileProduct.ColumnUnit);

    private static long TileFloats(int stride) =>
        (3L * stride * AttentionTiles.Lanes) + (4 * AttentionTiles.Lanes) + LaneTile.ScratchFloats;
}

/// <summary>What is kept for one tile of queries.</summary>
/// <param name="memory">Its floats.</param>
/// <param name="stride">E rounded up to 16.</param>
internal readonly unsafe struct ForwardTile(float* memory, int stride)
{
    /// <summary>[E, lanes], scaled.</summary>
    public float* Queries { get; } = memory;

    /// <summary>[E rounded up, lanes]; [8, E rounded up] for a narrow tile.</summary>
    public float* Outputs { get; } = memory + (stride * AttentionTiles.Lanes);

    /// <summary>[lanes]: greatest score so far, in this part of the keys.</summary>
    public float* Maximum { get; } = memory + (2 * stride * AttentionTiles.Lanes);

    /// <summary>[lanes]: sum of exponentials so far, in this part of the keys.</summary>
    public float* Sum { get; } = memory + (((2 * stride) + 1) * AttentionTiles.Lanes);

    /// <summary>Like <see cref="Outputs"/>: of all parts of the keys that are done.</summary>
    public float* AllOutputs { get; } = memory + (((2 * stride) + 2) * AttentionTiles.Lanes);

    /// <summary>[lanes].</summary>
    public float* AllMaximum { get; } = memory + (((3 * stride) + 2) * AttentionTiles.Lanes);

    /// <summary>[lanes].</summary>
    public float* AllSum { get; } = memory + (((3 * stride) + 3) * AttentionTiles.Lanes);

    /// <summary>For <see cref="LaneTile.Begin"/>.</summary>
    public float* Lanes { get; } = memory + (((3 * stride) + 4) * AttentionTiles.Lanes);
}
