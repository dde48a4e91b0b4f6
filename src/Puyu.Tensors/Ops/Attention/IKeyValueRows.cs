using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>Where attention finds keys and values: in the rows of the projection itself, or in a paged cache.</summary>
internal unsafe interface IKeyValueRows
{
    /// <summary>Position of the first row that a sequence has in the projection.</summary>
    /// <param name="sequence">Number of the sequence.</param>
    /// <param name="rows">Its rows in the projection.</param>
    int FirstPosition(int sequence, int rows);

    /// <summary>Copies keys and values of consecutive positions. Rows are padded with zeros to the stride.</summary>
    /// <param name="piece">Sequence and key-value head.</param>
    /// <param name="first">First position.</param>
    /// <param name="count">Positions.</param>
    /// <param name="target">Where to; rows beyond the count, up to a multiple of 8, are cleared.</param>
    void Load(AttentionPiece piece, int first, int count, KeyValueTile target);
}

/// <summary>Keys and values of one key-value head, contiguous and padded with zeros.</summary>
/// <param name="Keys">[rows, Stride].</param>
/// <param name="Values">[rows, Stride].</param>
/// <param name="Stride">Elements of a row: E rounded up to 16.</param>
internal readonly unsafe record struct KeyValueTile(nint Keys, nint Values, int Stride)
{
    /// <summary>Copies one row of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int row, float* key, float* value, int headDim)
    {
        CopyRow(key, (float*)Keys + (row * Stride), headDim);
        CopyRow(value, (float*)Values + (row * Stride), headDim);
    }

    /// <summary>Copies one row of both, widened.</summary>
    public void Set(int row, BFloat16* key, BFloat16* value, int headDim)
    {
        Conversions.Widen(key, (float*)Keys + (row * Stride), headDim);
        Conversions.Widen(value, (float*)Values + (row * Stride), headDim);
        new Span<float>((float*)Keys + (row * Stride) + headDim, Stride - headDim).Clear();
        new Span<float>((float*)Values + (row * Stride) + headDim, Stride - headDim).Clear();
    }

    /// <summary>Clears rows from <paramref name="count"/> to the next multiple of 8.</summary>
    public void Pad(int count)
    {
        int padding = (AttentionTiles.RoundUp(count, TileProduct.RowUnit) - count) * Stride;
        new Span<float>((float*)Keys + (count * Stride), padding).Clear();
        new Span<float>((float*)Values + (count * Stride), padding).Clear();
    }

    private void CopyRow(float* source, float* target, int headDim)
    {
        new ReadOnlySpan<float>(source, headDim).CopyTo(new Span<float>(target, headDim));
        if (headDim < Stride)
        {
            new Span<float>(target + headDim, Stride - headDim).Clear();
        }
    }
}

/// <summary>Keys and values in the rows of the projection.</summary>
internal readonly unsafe struct ProjectedKeyValues(float* qkv, int* cuSeqLens, QkvLayout layout) : IKeyValueRows
{
    public int FirstPosition(int sequence, int rows) => 0;

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
