using System.Runtime.InteropServices;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Caching;

/// <summary>Keys and values of all layers, in blocks that sequences take as they grow.</summary>
internal sealed class KvCache : IDisposable
{
    /// <summary>Tokens in a block: at most this many less one are wasted by a sequence.</summary>
    public const int BlockSize = 32;

    private readonly Scope _scope;
    private readonly BlockPool _pool;
    private readonly KvBlocks[] _layers;

    /// <param name="config">Of the model.</param>
    /// <param name="backend">Where the model computes.</param>
    /// <param name="tokens">Tokens that fit, of all sequences together; rounded up to whole blocks.</param>
    /// <param name="format">How keys and values are stored.</param>
    public KvCache(ModelConfig config, Backend backend, int tokens, KvFormat format = KvFormat.F32)
    {
        int blocks = (tokens + BlockSize - 1) / BlockSize;
        _scope = backend.BeginScope();
        _pool = new BlockPool(blocks, BlockSize);
        _layers = new KvBlocks[config.Layers];
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            _layers[layer] = KvBlocks.Create(_scope, blocks, BlockSize, config.KvHeads, config.HeadDim, format);
        }
    }

    /// <summary>Makes room for further tokens of a sequence and counts them as its own.</summary>
    /// <returns>False when too few blocks are free; nothing has changed then.</returns>
    public bool TryExtend(CachedSequence sequence, int tokens)
    {
        if (!_pool.TryReserve(sequence.BlockTable, sequence.Length + tokens))
        {
            return false;
        }

        sequence.Length += tokens;
        return true;
    }

    /// <summary>Takes the blocks of a sequence back.</summary>
    public void Release(CachedSequence sequence)
    {
        _pool.Release(sequence.BlockTable);
        sequence.Length = 0;
    }

    /// <summary>
    /// Copies a block over another in all layers: before a sequence writes into a block that it shares.
    /// </summary>
    public void CopyBlock(int from, int to)
    {
        foreach (KvBlocks layer in _layers)
        {
            layer.CopyBlock(from, to);
        }
    }

    /// <summary>What the model needs to know about the sequences of an input, in its order.</summary>
    public KvCacheView View(Scope scope, ReadOnlySpan<CachedSequence> sequences)
    {
        int width = 1;
        foreach (CachedSequence sequence in sequences)
        {
            width = Math.Max(width, sequence.BlockTable.Count);
        }

        Tensor blockTables = scope.Empty([sequences.Length, width], DType.I32);
        Tensor contextLengths = scope.Empty([sequences.Length], DType.I32);
        for (int i = 0; i < sequences.Length; i++)
        {
            contextLengths.Span<int>()[i] = sequences[i].Length;
            CollectionsMarshal.AsSpan(sequences[i].BlockTable).CopyTo(blockTables.Span<int>()[(i * width)..]);
        }

        return new KvCacheView(_layers, blockTables, contextLengths);
    }

    /// <inheritdoc/>
    public void Dispose() => _scope.Dispose();
}
