using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>Where the layers keep keys and values, and which of them belong to the sequences of an input.</summary>
/// <param name="Layers">Keys and values of each layer, L of them.</param>
/// <param name="BlockTables">I32 [S, blocks]: the blocks of each sequence, in order.</param>
/// <param name="ContextLengths">I32 [S]: positions of each sequence, those of the input included.</param>
public readonly record struct KvCacheView(KvBlocks[] Layers, Tensor BlockTables, Tensor ContextLengths)
{
    /// <summary>Adds the new rows to the cache of a layer and attends to all of it.</summary>
    internal Tensor Attend(Scope scope, Tensor qkv, Tensor cuSeqLens, int layer, QkvLayout layout) =>
        scope.PagedAttention(qkv, Layers[layer], new PagedSequences(cuSeqLens, BlockTables, ContextLengths), layout);
}
