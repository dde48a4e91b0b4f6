using System.Runtime.InteropServices;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Caching;

/// <summary>Keys and values of all layers, in the blocks that a <see cref="BlockPool"/> hands out.</summary>
internal sealed class KvStorage : IDisposable
{
    private readonly Scope _scope;
    private readonly KvBlocks[] _layers;

    /// <param name="config">Of the model.</param>
    /// <param name="backend">Where the model computes.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="blockSize">Tokens in a block.</param>
    /// <param name="format">How they are stored.</param>
    public KvStorage(ModelConfig config, Backend backend, int blocks, int blockSize, KvFormat format)
    {
        _scope = backend.BeginScope();
        _layers = new KvBlocks[config.Layers];
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            _layers[layer] = KvBlocks.Create(_scope, blocks, blockSize, config.KvHeads, config.HeadDim, format);
        }
    }

    /// <summary>Bytes of a block, all layers.</summary>
    public static long BlockBytes(ModelConfig config, int blockSize, KvFormat format) =>
        (long)config.Layers * KvBlocks.BytesOf(blockSize, config.KvHeads, config.HeadDim, format);

    /// <summary>Copies a block to another, all layers.</summary>
    public void Copy(int source, int target)
    {
        foreach (KvBlocks layer in _layers)
        {
            layer.CopyBlock(source, target);
        }
    }

    /// <summary>What the model needs to know about the sequences of an input, in its order.</summary>
    /// <param name="scope">Owns the tensors.</param>
    /// <param name="blockTables">Blocks of each sequence.</param>
    /// <param name="contextLengths">Tokens of each sequence, those of the input included.</param>
    public KvCacheView View(Scope scope, ReadOnlySpan<List<int>> blockTables, ReadOnlySpan<int> contextLengths)
    {
        int width = 1;
        foreach (List<int> blockTable in blockTables)
        {
            width = Math.Max(width, blockTable.Count);
        }

        Tensor tables = scope.Empty([blockTables.Length, width], DType.I32);
        for (int i = 0; i < blockTables.Length; i++)
        {
            CollectionsMarshal.AsSpan(blockTables[i]).CopyTo(tables.Span<int>()[(i * width)..]);
        }

        return new KvCacheView(_layers, tables, scope.From(contextLengths, [contextLengths.Length]));
    }

    /// <summary>Writes a block, all layers.</summary>
    public void Write(BinaryWriter writer, int block)
    {
        foreach (KvBlocks layer in _layers)
        {
            writer.Write(layer.BlockBytes(block));
        }
    }

    /// <summary>Reads a block, all layers.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before.</exception>
    public void Read(BinaryReader reader, int block)
    {
        foreach (KvBlocks layer in _layers)
        {
            reader.ReadExactly(layer.BlockBytes(block));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scope.Dispose();
}
