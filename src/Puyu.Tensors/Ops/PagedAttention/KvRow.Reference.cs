namespace Puyu.Tensors;

/// <summary>Writes and reads single rows of a cache element by element, as <see cref="KvFormat"/> says.</summary>
internal static unsafe class KvRowReference
{
    /// <summary>Writes the key and the value of one token and head.</summary>
    /// <param name="cache">Where to.</param>
    /// <param name="slot">Block · block size + position in it.</param>
    /// <param name="kvHead">Key-value head.</param>
    /// <param name="key">[E].</param>
    /// <param name="value">[E].</param>
    public static void Write(
        KvBlocks cache, int slot, int kvHead, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        byte* head = Head(cache, slot, kvHead, out int offset);
        KvBlockLayout layout = cache.Layout;
        WriteRow(layout, head, (ushort*)(head + layout.Parameters) + offset, offset, layout.BlockSize, key);
        WriteRow(
            layout, head + layout.Values, (ushort*)(head + layout.Parameters) + (2 * layout.BlockSize) + offset,
            (long)offset * layout.HeadDim, 1, value);
    }

    /// <summary>Reads the key and the value of one token and head.</summary>
    /// <inheritdoc cref="Write" path="/param"/>
    public static void Read(KvBlocks cache, int slot, int kvHead, Span<double> key, Span<double> value)
    {
        byte* head = Head(cache, slot, kvHead, out int offset);
        KvBlockLayout layout = cache.Layout;
        ReadRow(layout, head, (ushort*)(head + layout.Parameters) + offset, offset, layout.BlockSize, key);
        ReadRow(
            layout, head + layout.Values, (ushort*)(head + layout.Parameters) + (2 * layout.BlockSize) + offset,
            (long)offset * layout.HeadDim, 1, value);
    }

    private static byte* Head(KvBlocks cache, int slot, int kvHead, out int offset)
    {
        (int block, offset) = Math.DivRem(slot, cache.BlockSize);
        long at = ((long)block * cache.BytesPerBlock) + (kvHead * cache.Layout.HeadBytes);
        return cache.Data.Pointer<byte>() + at;
    }

    private static void WriteRow(
        KvBlockLayout layout, byte* codes, ushort* parameters, long first, long step, ReadOnlySpan<float> x)
    {
        KvScale scale = default;
        if (layout.IsQuantized)
        {
            scale = KvScale.Of(x, (1 << layout.Bits) - 1);
            parameters[0] = scale.Scale.Bits;
            parameters[layout.BlockSize] = scale.Zero.Bits;
        }

        for (int e = 0; e < x.Length; e++)
        {
            WriteElement(layout.Format, codes, first + (e * step), x[e], scale);
        }
    }

    private static void WriteElement(KvFormat format, byte* codes, long index, float x, KvScale scale)
    {
        switch (format)
        {
            case KvFormat.F32:
                ((float*)codes)[index] = x;
                break;
            case KvFormat.BF16:
                ((BFloat16*)codes)[index] = (BFloat16)x;
                break;
            case KvFormat.Int8:
                codes[index] = scale.Code(x);
                break;
            default:
                (long at, int shift) = KvBlockLayout.Nibble(index);
                codes[at] = (byte)((codes[at] & ~(0xF << shift)) | (scale.Code(x) << shift));
                break;
        }
    }

    private static void ReadRow(
        KvBlockLayout layout, byte* codes, ushort* parameters, long first, long step, Span<double> x)
    {
        for (int e = 0; e < x.Length; e++)
        {
            long index = first + (e * step);
            x[e] = layout.Format switch
            {
                KvFormat.F32 => ((float*)codes)[index],
                KvFormat.BF16 => (float)((BFloat16*)codes)[index],
                KvFormat.Int8 => codes[index],
                _ => ReadNibble(codes, index),
            };
            if (layout.IsQuantized)
            {
                double scale = (float)new BFloat16(parameters[0]);
                x[e] = (x[e] * scale) + (float)new BFloat16(parameters[layout.BlockSize]);
            }
        }
    }

    private static int ReadNibble(byte* codes, long index)
    {
        (long at, int shift) = KvBlockLayout.Nibble(index);
        return (codes[at] >> shift) & 0xF;
    }
}
