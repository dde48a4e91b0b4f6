using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Puyu.Tensors;

/// <summary>Up to 64 queries that share a key-value head: where they are and at which positions.</summary>
internal unsafe struct LaneTile
{
    /// <summary>Floats that <see cref="Begin"/> needs of scratch memory.</summary>
    public const int ScratchFloats = AttentionTiles.Lanes * 5;

    /// <summary>Queries.</summary>
    public int Count;

    /// <summary>Queries rounded up to 16; the rest are zeros.</summary>
    public int Lanes;

    /// <summary>Position of the first query, the least of all.</summary>
    public int FirstPosition;

    /// <summary>Position of the last query, the greatest of all.</summary>
    public int LastPosition;

    /// <summary>[Lanes]: position of each query; that of the last in the padding.</summary>
    public float* Positions;

    /// <summary>[Count]: first element of each query in qkv.</summary>
    public nint* QueryOffsets;

    /// <summary>[Count]: first element of each query's result in [T, H·E].</summary>
    public nint* OutputOffsets;

    private int _firstQuery;
    private int _firstRow;
    private int _group;
    private int _firstHead;

    /// <summary>Finds the queries of a piece.</summary>
    /// <param name="piece">Which.</param>
    /// <param name="rows">First row of the sequence, and the row after its last.</param>
    /// <param name="context">Position of the first row.</param>
    /// <param name="layout">Where the heads are.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    public static LaneTile Begin(AttentionPiece piece, Range rows, int context, QkvLayout layout, float* scratch)
    {
        int firstRow = rows.Start.Value;
        int group = layout.GroupSize;
        int first = piece.Tile * AttentionTiles.Lanes;
        int count = (int)Math.Min(AttentionTiles.Lanes, ((long)(rows.End.Value - firstRow) * group) - first);
        var tile = new LaneTile
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
        tile.Locate(context, layout);
        return tile;
    }

    /// <summary>Row and query head of a lane.</summary>
    public readonly (int Row, int Head) this[int lane]
    {
        get
        {
            (int row, int head) = Math.DivRem(_firstQuery + lane, _group);
            return (_firstRow + row, _firstHead + head);
        }
    }

    /// <summary>Reads vectors of the lanes and writes them transposed and scaled: <c>target[e][lane]</c>.</summary>
    /// <param name="source">Elements that the offsets count from.</param>
    /// <param name="offsets">[Count].</param>
    /// <param name="length">Elements of a vector.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="target">[length, 64], overwritten; padding lanes with zeros.</param>
    public readonly void Transpose(float* source, nint* offsets, int length, float scale, float* target)
    {
        int lane = 0;
        for (; lane <= Count - 4; lane += 4)
        {
            Transpose4(
                source + offsets[lane], source + offsets[lane + 1], source + offsets[lane + 2], source + offsets[lane + 3],
                length, scale, target + lane);
        }

        for (; lane < Lanes; lane++)
        {
            for (int e = 0; e < length; e++)
            {
                target[(e * AttentionTiles.Lanes) + lane] = lane < Count ? source[offsets[lane] + e] * scale : 0;
            }
        }
    }

    /// <summary>Reads vectors of the lanes and writes them scaled, padded with zeros: <c>target[lane][e]</c>.</summary>
    /// <param name="source">Elements that the offsets count from.</param>
    /// <param name="offsets">[Count].</param>
    /// <param name="length">Elements of a vector.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="target">[Lanes, stride], overwritten; padding with zeros.</param>
    /// <param name="stride">Elements between rows of the target, at least the length.</param>
    public readonly void Gather(float* source, nint* offsets, int length, float scale, float* target, int stride)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            float* row = target + (lane * stride);
            int e = 0;
            if (lane < Count)
            {
                float* vector = source + offsets[lane];
                for (; e <= length - 8; e += 8)
                {
                    (Vector256.Load(vector + e) * scale).Store(row + e);
                }

                for (; e < length; e++)
                {
                    row[e] = vector[e] * scale;
                }
            }

            new Span<float>(row + e, stride - e).Clear();
        }
    }

    /// <summary>Writes <c>source[e][lane] · scale[lane]</c> to the vectors of the lanes.</summary>
    /// <param name="source">[length, 64].</param>
    /// <param name="length">Elements of a vector.</param>
    /// <param name="scale">[Lanes].</param>
    /// <param name="target">Elements that the offsets count from.</param>
    /// <param name="offsets">[Count].</param>
    /// <param name="adds">Whether to add to the vectors rather than overwrite them.</param>
    public readonly void Scatter(float* source, int length, float* scale, float* target, nint* offsets, bool adds)
    {
        for (int lane = 0; lane < Count; lane++)
        {
            float* vector = target + offsets[lane];
            float factor = scale[lane];
            for (int e = 0; e < length; e++)
            {
                float value = source[(e * AttentionTiles.Lanes) + lane] * factor;
                vector[e] = adds ? vector[e] + value : value;
            }
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(
        float* source0, float* source1, float* source2, float* source3, int length, float scale, float* target)
    {
        for (int e = 0; e < length; e++)
        {
            Vector128<float> column = Vector128.Create(source0[e], source1[e], source2[e], source3[e]) * scale;
            column.Store(target + (e * AttentionTiles.Lanes));
        }
    }
}
