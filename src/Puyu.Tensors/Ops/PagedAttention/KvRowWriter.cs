namespace Puyu.Tensors;

/// <summary>Writes the key and the value of one token and head; the bytes of <see cref="KvRowReference"/>.</summary>
internal static unsafe class KvRowWriter
{
    /// <param name="layout">Where things are in a block.</param>
    /// <param name="head">First byte of the head in the block.</param>
    /// <param name="offset">Position in the block.</param>
    /// <param name="key">[E].</param>
    /// <param name="value">[E].</param>
    public static void Write(KvBlockLayout layout, byte* head, int offset, float* key, float* value)
    {
        var keys = new ReadOnlySpan<float>(key, layout.HeadDim);
        var values = new ReadOnlySpan<float>(value, layout.HeadDim);
        byte* valueCodes = head + layout.Values;
        long valueRow = (long)offset * layout.HeadDim;
        switch (layout.Format)
        {
            case KvFormat.F32:
                Scatter(keys, (float*)head + offset, layout.BlockSize);
                values.CopyTo(new Span<float>((float*)valueCodes + valueRow, layout.HeadDim));
                break;
            case KvFormat.BF16:
                BFloat16* narrow = stackalloc BFloat16[layout.HeadDim];
                Conversions.Narrow(key, narrow, layout.HeadDim);
                Scatter(new ReadOnlySpan<BFloat16>(narrow, layout.HeadDim), (BFloat16*)head + offset, layout.BlockSize);
                Conversions.Narrow(value, (BFloat16*)valueCodes + valueRow, layout.HeadDim);
                break;
            default:
                WriteCodes(layout, head, offset, keys, values);
                break;
        }
    }

    private static void WriteCodes(
        KvBlockLayout layout, byte* head, int offset, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        ushort* parameters = (ushort*)(head + layout.Parameters) + offset;
        Span<byte> codes = stackalloc byte[layout.HeadDim];
        Quantize(layout, key, codes, parameters);
        if (layout.Format == KvFormat.Int8)
        {
            Scatter(codes, head + offset, layout.BlockSize);
        }
        else
        {
            ScatterNibbles(codes, head, offset, layout.BlockSize);
        }

        Quantize(layout, value, codes, parameters + (2 * layout.BlockSize));
        byte* row = head + layout.Values + ((long)offset * layout.HeadDim * layout.Bits / 8);
        if (layout.Format == KvFormat.Int8)
        {
            codes.CopyTo(new Span<byte>(row, layout.HeadDim));
        }
        else
        {
            PackNibbles(codes, (ulong*)row);
        }
    }

    private static void Quantize(KvBlockLayout layout, ReadOnlySpan<float> row, Span<byte> codes, ushort* parameters)
    {
        KvScale scale = KvScale.Of(row, (1 << layout.Bits) - 1);
        scale.Codes(row, codes);
        parameters[0] = scale.Scale.Bits;
        parameters[layout.BlockSize] = scale.Zero.Bits;
    }

    private static void Scatter<T>(ReadOnlySpan<T> row, T* target, int step)
        where T : unmanaged
    {
        foreach (T element in row)
        {
            *target = element;
            target += step;
        }
    }

    private static void ScatterNibbles(ReadOnlySpan<byte> codes, byte* target, int offset, int blockSize)
    {
        (long at, int shift) = KvBlockLayout.Nibble(offset);
        byte* element = target + at;
        foreach (byte code in codes)
        {
            *element = (byte)((*element & ~(0xF << shift)) | (code << shift));
            element += blockSize / 2;
        }
    }

    private static void PackNibbles(ReadOnlySpan<byte> codes, ulong* target)
    {
        for (int first = 0; first < codes.Length; first += KvBlockLayout.Group)
        {
            ulong group = 0;
            for (int i = 0; i < KvBlockLayout.Group; i++)
            {
                group |= (ulong)codes[first + i] << ((32 * (i % 2)) + (4 * (i / 2)));
            }

            *target++ = group;
        }
    }
}
