namespace Puyu.Tensors;

/// <summary>Up to 32 queries that share a key-value head: where they are and at which positions.</summary>
internal unsafe partial struct LaneTile
{
    /// <summary>Floats that <see cref="Begin"/> needs of scratch memory.</summary>
    public const int ScratchFloats = AttentionTiles.Lanes * 5;

    /// <summary>Queries.</summary>
    public int Count;

    /// <summary>Queries rounded up to 16: the last one is repeated.</summary>
    public int Lanes;

    /// <summary>Position of the first query, the least of all.</summary>
    public int FirstPosition;

    /// <summary>Position of the last query, the greatest of all.</summary>
    public int LastPosition;

    /// <summary>[Lanes]: position of each query.</summary>
    public float* Positions;

    /// <summary>[Lanes]: first element of each query in qkv.</summary>
    public nint* QueryOffsets;

    /// <summary>[Lanes]: first element of each query's result in [T, H·E].</summary>
    public nint* OutputOffsets;

    private int _firstQuery;
    private int _firstRow;
    private int _group;
    private int _firstHead;

    /// <summary>Finds the queries of a tile.</summary>
    /// <param name="piece">Sequence, key-value head and first tile.</param>
    /// <param name="tile">Which tile, counted from the first one.</param>
    /// <param name="rows">First row of the sequence, and the row after its last.</param>
    /// <param name="context">Position of the first row.</param>
    /// <param name="layout">Where the heads are.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    public static LaneTile Begin(
        AttentionPiece piece, int tile, Range rows, int context, QkvLayout layout, float* scratch)
    {
        int firstRow = rows.Start.Value;
        int group = layout.GroupSize;
        int first = (piece.FirstTile + tile) * AttentionTiles.Lanes;
        int count = (int)Math.Min(AttentionTiles.Lanes, ((long)(rows.End.Value - firstRow) * group) - first);
        var lanes = new LaneTile
        {
            Count = count,
            Lanes = AttentionTiles.RoundUp(count, TileProduct.ColumnUnit),
            FirstPosition = context + (first / group),
            LastPosition = context + ((first + count - 1) / group),
            Positions = scratch,
            QueryOffsets = (nint*)(scratch + AttentionTiles.Lanes),
            OutputOffsets = (nint*)(scratch + (3 * AttentionTiles.Lanes)),
            _firstQuery = first,
            _firstRow = firstRow,
            _group = group,
            _firstHead = piece.KvHead * group,
        };
        lanes.Locate(context, layout);
        return lanes;
    }

    /// <summary>Whether so few queries are there that lanes would be wasted on them: decoding.</summary>
    public readonly bool IsNarrow => Count <= TileProduct.RowUnit;

    /// <summary>Row and query head of a lane.</summary>
    public readonly (int Row, int Head) this[int lane]
    {
        get
        {
            (int row, int head) = Math.DivRem(_firstQuery + lane, _group);
            return (_firstRow + row, _firstHead + head);
        }
    }

    /// <summary>Reads vectors of the lanes and writes them scaled: <c>target[lane][e]</c>.</summary>
    /// <param name="source">Elements that the offsets count from.</param>
    /// <param name="offsets">[Lanes].</param>
    /// <param name="length">Elements of a vector.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="target">[Lanes, stride], overwritten; padding lanes repeat the last vector.</param>
    /// <param name="stride">Elements between rows of the target; beyond the length they become zeros.</param>
    public readonly void Gather(float* source, nint* offsets, int length, float scale, float* target, int stride)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            KeyValueTile.CopyRow(source + offsets[lane], scale, target + (lane * stride), length, stride);
        }
    }

    private readonly void Locate(int context, QkvLayout layout)
    {
        int outputWidth = layout.Heads * layout.HeadDim;
        for (int lane = 0; lane < Lanes; lane++)
        {
            (int row, int head) = this[Math.Min(lane, Count - 1)];
            Positions[lane] = context + row - _firstRow;
            QueryOffsets[lane] = ((nint)row * layout.Width) + layout.QueryColumn(head);
            OutputOffsets[lane] = ((nint)row * outputWidth) + (head * layout.HeadDim);
        }
    }
}
