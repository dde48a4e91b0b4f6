using Puyu.Tensors;

namespace Puyu.Benchmarks.Ops;

/// <summary>One step of attention over a paged cache of several layers, in blocks that are not in order.</summary>
internal sealed class PagedStep
{
    private const int BlockSize = 32;

    private readonly CpuBackend _backend;
    private readonly AttentionInput _input;
    private readonly PagedSequences _sequences;
    private readonly KvBlocks[] _layers;
    private readonly Tensor _y;

    /// <param name="backend">Where it computes.</param>
    /// <param name="scope">Owns the memory.</param>
    /// <param name="layout">Heads.</param>
    /// <param name="format">Of the cache.</param>
    /// <param name="sequences">Sequences.</param>
    /// <param name="context">Positions of each, the new rows included.</param>
    /// <param name="rows">New rows of each.</param>
    /// <param name="bytes">As many layers are made as this many bytes of cache need.</param>
    public PagedStep(
        CpuBackend backend, Scope scope, QkvLayout layout, KvFormat format, int sequences, int context, int rows,
        long bytes)
    {
        _backend = backend;
        int blocks = (context + BlockSize - 1) / BlockSize;
        int[] order = [.. Enumerable.Range(0, sequences * blocks)];
        new Random(1).Shuffle(order);
        _sequences = new PagedSequences(
            scope.From<int>([.. Enumerable.Range(0, sequences + 1).Select(s => s * rows)], [sequences + 1]),
            scope.From<int>(order, [sequences, blocks]),
            scope.From<int>([.. Enumerable.Repeat(context, sequences)], [sequences]));
        _input = new AttentionInput(
            Fill(scope.Empty([sequences * rows, layout.Width])), _sequences.CuSeqLens, layout);
        _y = scope.Empty([sequences * rows, layout.Heads * layout.HeadDim]);
        long layerBytes = (long)order.Length * KvBlocks.BytesOf(BlockSize, layout.KvHeads, layout.HeadDim, format);
        _layers = [.. Enumerable.Range(0, (int)((bytes + layerBytes - 1) / layerBytes)).Select(
            _ => Filled(scope, order.Length, layout, format))];
        Bytes = layerBytes * _layers.Length;
    }

    /// <summary>Bytes of all layers.</summary>
    public long Bytes { get; }

    /// <summary>Layers.</summary>
    public int Layers => _layers.Length;

    /// <summary>Attends in every layer.</summary>
    public void Run()
    {
        foreach (KvBlocks layer in _layers)
        {
            _backend.PagedAttentionForward(_input, layer, _sequences, _y);
        }
    }

    private static KvBlocks Filled(Scope scope, int blocks, QkvLayout layout, KvFormat format)
    {
        var cache = KvBlocks.Create(scope, blocks, BlockSize, layout.KvHeads, layout.HeadDim, format);
        for (int block = 0; block < blocks; block++)
        {
            // A quarter as a float, small numbers as bfloat16 scales, and codes like any others.
            cache.BlockBytes(block).Fill(0x3E);
        }

        return cache;
    }

    private static Tensor Fill(Tensor x)
    {
        Span<float> elements = x.Span<float>();
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = MathF.Sin(i * 0.37f);
        }

        return x;
    }
}
