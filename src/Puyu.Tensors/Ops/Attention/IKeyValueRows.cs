using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Puyu.Tensors;

/// <summary>Where attention finds keys and values: in the rows of the projection itself, or in a paged cache.</summary>
internal unsafe interface IKeyValueRows
{
    /// <summary>Position of the first row that a sequence has in the projection.</summary>
    /// <param name="sequence">Number of the sequence.</param>
    /// <param name="rows">Its rows in the projection.</param>
    int FirstPosition(int sequence, int rows);

    /// <summary>Whether <see cref="Load"/> gives keys across, [E, 64], rather than in rows.</summary>
    bool HasKeysAcross { get; }

    /// <summary>Copies keys and values of consecutive positions. Rows are padded with zeros to the stride.</summary>
    /// <param name="piece">Sequence and key-value head.</param>
    /// <param name="first">First position.</param>
    /// <param name="count">Positions.</param>
    /// <param name="target">
    /// Where to; rows beyond the count, up to a multiple of 8, are cleared if keys are in rows.
    /// </param>
    void Load(AttentionPiece piece, int first, int count, KeyValueTile target);
}

/// <summary>Keys and values of one key-value head, contiguous and padded with zeros.</summary>
/// <param name="Keys">[rows, Stride]; or [E, 64].</param>
/// <param name="Values">[rows, Stride].</param>
/// <param name="Stride">Elements of a row: E rounded up to 16.</param>
internal readonly unsafe record struct KeyValueTile(nint Keys, nint Values, int Stride)
{
    /// <summary>Copies one row of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int row, float* key, float* value, int headDim)
    {
        CopyRow(key, 1, (float*)Keys + (row * Stride), headDim, Stride);
        CopyRow(value, 1, (float*)Values + (row * Stride), headDim, Stride);
    }

    /// <summary>Clears rows from <paramref name="count"/> to the next multiple of 8.</summary>
    public void Pad(int count)
    {
        int padding = (AttentionTiles.RoundUp(count, TileProduct.RowUnit) - count) * Stride;
        new Span<float>((float*)Keys + (count * Stride), padding).Clear();
        new Span<float>((float*)Values + (count * Stride), padding).Clear();
    }

    /// <summary>Copies a row times a factor and fills it up with zeros to the stride.</summary>
    /// <remarks>Inlined vectors: rows are so short that a call to the library's copy costs more than they do.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRow(float* source, float scale, float* target, int length, int stride)
    {
        int e = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; e <= length - 16; e += 16)
            {
                (Vector512.Load(source + e) * scale).Store(target + e);
            }
        }

        for (; e <= length - 4; e += 4)
        {
            (Vector128.Load(source + e) * scale).Store(target + e);
        }

        for (; e < stride; e++)
        {
            target[e] = e < length ? source[e] * scale : 0;
        }
    }
}

/// <summary>Keys and values in the rows of the projection.</summary>
internal readonly unsafe struct ProjectedKeyValues(float* qkv, int* cuSeqLens, QkvLayout layout) : IKeyValueRows
{
    public int FirstPosition(int sequence, int rows) => 0;

    public bool HasKeysAcross => false;

    public void Load(AttentionPiece piece, int first, int count, KeyValueTile target)
    {
        float* row = qkv + ((long)(cuSeqLens[piece.Sequence] + first) * layout.Width);
        float* keys = row + layout.KeyColumn(piece.KvHead);
        float* values = row + layout.ValueColumn(piece.KvHead);
        for (int j = 0; j < count; j++)
        {
            target.Set(j, keys + ((long)j * layout.Width), values + ((long)j * layout.Width), layout.HeadDim);
        }

        target.Pad(count);
    }
}
