using System.Numerics.Tensors;

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
            (double[] keys, double[] values) = ReadRows(slots, input.Layout, cache);
            PagedAttentionReference.Forward(
                newRows, keys, values, slots.Length, input.Layout,
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
            ReadOnlySpan<double> source = newRows.Slice(row * layout.Width, layout.Width);
            for (int g = 0; g < layout.KvHeads; g++)
            {
                KvRowReference.Write(
                    cache, slot, g, Singles(source.Slice(layout.KeyColumn(g), layout.HeadDim)),
                    Singles(source.Slice(layout.ValueColumn(g), layout.HeadDim)));
            }
        }
    }

    private static (double[] Keys, double[] Values) ReadRows(int[] slots, QkvLayout layout, KvBlocks cache)
    {
        int width = layout.KvHeads * layout.HeadDim;
        double[] keys = new double[slots.Length * width];
        double[] values = new double[keys.Length];
        for (int position = 0; position < slots.Length; position++)
        {
            for (int g = 0; g < layout.KvHeads; g++)
            {
                int first = (position * width) + (g * layout.HeadDim);
                Range row = first..(first + layout.HeadDim);
                KvRowReference.Read(cache, slots[position], g, keys.AsSpan()[row], values.AsSpan()[row]);
            }
        }

        return (keys, values);
    }

    private static float[] Singles(ReadOnlySpan<double> doubles)
    {
        float[] singles = new float[doubles.Length];
        TensorPrimitives.ConvertTruncating(doubles, singles);
        return singles;
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
