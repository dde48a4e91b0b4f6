namespace Puyu.Tensors;

/// <summary><see cref="AttentionReference"/> over keys and values that are gathered from a paged cache.</summary>
internal static class PagedAttentionReference
{
    /// <summary>Where a position of a sequence is: row of [blocks · block size, K, E].</summary>
    public static int Slot(ReadOnlySpan<int> blocks, int blockSize, int position) =>
        (blocks[position / blockSize] * blockSize) + (position % blockSize);

    /// <summary>The result of the new rows of one sequence, whose keys and values are all in the cache.</summary>
    /// <param name="qkv">[rows, Width]: the new rows; only the queries are read.</param>
    /// <param name="keys">[length, K, E]; the new rows are the last.</param>
    /// <param name="values">[length, K, E].</param>
    /// <param name="length">Positions of the sequence.</param>
    /// <param name="layout">Where the heads are.</param>
    /// <param name="y">[rows, H·E], overwritten.</param>
    public static void Forward(
        ReadOnlySpan<double> qkv, ReadOnlySpan<double> keys, ReadOnlySpan<double> values, int length,
        QkvLayout layout, Span<double> y)
    {
        int rows = qkv.Length / layout.Width;
        int kvWidth = layout.KvHeads * layout.HeadDim;
        int outputWidth = layout.Heads * layout.HeadDim;
        double[] whole = new double[length * layout.Width];
        for (int position = 0; position < length; position++)
        {
            Span<double> row = whole.AsSpan(position * layout.Width, layout.Width);
            int newRow = position - (length - rows);
            if (newRow >= 0)
            {
                qkv.Slice(newRow * layout.Width, layout.Width).CopyTo(row);
            }

            for (int g = 0; g < layout.KvHeads; g++)
            {
                int head = (position * kvWidth) + (g * layout.HeadDim);
                keys.Slice(head, layout.HeadDim).CopyTo(row[layout.KeyColumn(g)..]);
                values.Slice(head, layout.HeadDim).CopyTo(row[layout.ValueColumn(g)..]);
            }
        }

        double[] wholeY = new double[length * outputWidth];
        double[] logSumExp = new double[length * layout.Heads];
        AttentionReference.Forward(whole, [0, length], layout, wholeY, logSumExp);
        wholeY.AsSpan((length - rows) * outputWidth).CopyTo(y);
    }
}
