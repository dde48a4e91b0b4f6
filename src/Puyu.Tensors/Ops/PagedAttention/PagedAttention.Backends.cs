namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>Writes the new rows into the cache; y [T, H·E] is overwritten.</summary>
    internal abstract void PagedAttentionForward(
        in AttentionInput input, KvBlocks cache, PagedSequences sequences, Tensor y);
}

public sealed partial class ReferenceBackend
{
    internal override void PagedAttentionForward(
        in AttentionInput input, KvBlocks cache, PagedSequences sequences, Tensor y)
    {
        ReadOnlySpan<int> boundaries = input.Boundaries();
        sequences.RequireContents(boundaries, cache);
        double[] qkv = Doubles(input.Qkv);
        double[] result = new double[y.Count];
        int outputWidth = y.Shape[1];
        for (int s = 0; s < sequences.Count; s++)
        {
            int[] slots = SlotsOf(sequences, cache.BlockSize, s);
            Range rows = boundaries[s]..boundaries[s + 1];
            int width = input.Layout.Width;
            Span<double> newRows = qkv.AsSpan()[(rows.Start.Value * width)..(rows.End.Value * width)];
            WriteRows(newRows, slots, input.Layout, cache);
            PagedAttentionReference.Forward(
                newRows, Doubles(cache.Keys), Doubles(cache.Values), slots, input.Layout,
                result.AsSpan()[(rows.Start.Value * outputWidth)..(rows.End.Value * outputWidth)]);
        }

        Store(result, y);
    }

    private static int[] SlotsOf(PagedSequences sequences, int blockSize, int sequence)
    {
        int width = sequences.BlockTables.Shape[1];
        int[] blocks = sequences.BlockTables.Span<int>().Slice(sequence * width, width).ToArray();
        int length = sequences.ContextLengths.Span<int>()[sequence];
        return [.. Enumerable.Range(0, length).Select(
            position => PagedAttentionReference.Slot(blocks, blockSize, position))];
    }

    private static void WriteRows(ReadOnlySpan<double> newRows, int[] slots, QkvLayout layout, KvBlocks cache)
    {
        int rows = newRows.Length / layout.Width;
        for (int row = 0; row < rows; row++)
        {
            int slot = slots[slots.Length - rows + row];
            for (int g = 0; g < layout.KvHeads; g++)
            {
                int target = ((slot * layout.KvHeads) + g) * layout.HeadDim;
                ReadOnlySpan<double> source = newRows.Slice(row * layout.Width, layout.Width);
                Write(source.Slice(layout.KeyColumn(g), layout.HeadDim), cache.Keys, target);
                Write(source.Slice(layout.ValueColumn(g), layout.HeadDim), cache.Values, target);
            }
        }
    }

    private static void Write(ReadOnlySpan<double> source, Tensor target, int first)
    {
        for (int e = 0; e < source.Length; e++)
        {
            if (target.DType == DType.BF16)
            {
                target.Span<BFloat16>()[first + e] = (BFloat16)(float)source[e];
            }
            else
            {
                target.Span<float>()[first + e] = (float)source[e];
            }
        }
    }
}

public sealed partial class CpuBackend
{
    internal override void PagedAttentionForward(
        in AttentionInput input, KvBlocks cache, PagedSequences sequences, Tensor y) =>
        PagedAttentionSimd.Forward(this, input, cache, sequences, y);
}

public sealed partial class MetaBackend
{
    internal override void PagedAttentionForward(
        in AttentionInput input, KvBlocks cache, PagedSequences sequences, Tensor y)
    {
    }
}
