namespace Puyu.Tensors;

/// <summary>Sequences whose keys and values are in a paged cache, and their new rows in a projection.</summary>
/// <param name="CuSeqLens">I32 [S + 1], rising from 0 to T: the new rows of each sequence.</param>
/// <param name="BlockTables">
/// I32 [S, blocks]: entry i of a row is the block of positions i · block size and following. Entries beyond the context
/// are not read.
/// </param>
/// <param name="ContextLengths">I32 [S]: positions of each sequence, its new rows included.</param>
public readonly record struct PagedSequences(Tensor CuSeqLens, Tensor BlockTables, Tensor ContextLengths)
{
    /// <summary>Sequences S.</summary>
    internal int Count => ContextLengths.Shape[0];

    /// <summary>Throws unless shapes and storage types fit each other.</summary>
    internal void Require(string op)
    {
        ShapeException.Require(
            ContextLengths.DType == DType.I32 && ContextLengths.Shape.Rank == 1,
            $"{op}: contextLengths is {ContextLengths} but must be I32 [S]");
        ShapeException.Require(
            CuSeqLens.DType == DType.I32 && CuSeqLens.Shape == [Count + 1],
            $"{op}: cuSeqLens is {CuSeqLens} but contextLengths is {ContextLengths}, so it must be I32 [{Count + 1}]");
        ShapeException.Require(
            BlockTables.DType == DType.I32 && BlockTables.Shape.Rank == 2 && BlockTables.Shape[0] == Count,
            $"{op}: blockTables is {BlockTables} but must be I32 [{Count}, blocks]");
    }

    /// <summary>Throws unless every context has its new rows and blocks of the cache. Read on the host.</summary>
    /// <exception cref="ArgumentException">A length or a block is out of its range.</exception>
    internal void RequireContents(ReadOnlySpan<int> boundaries, KvBlocks cache)
    {
        ReadOnlySpan<int> lengths = ContextLengths.Span<int>();
        int width = BlockTables.Shape[1];
        for (int s = 0; s < Count; s++)
        {
            int rows = boundaries[s + 1] - boundaries[s];
            if (lengths[s] < rows || lengths[s] > (long)width * cache.BlockSize)
            {
                throw new ArgumentException(
                    $"PagedAttention: contextLengths[{s}] is {lengths[s]} but must be between the {rows} new rows and "
                    + $"the {(long)width * cache.BlockSize} positions of its block table");
            }

            int used = (lengths[s] + cache.BlockSize - 1) / cache.BlockSize;
            ReadOnlySpan<int> blocks = BlockTables.Span<int>().Slice(s * width, used);
            if (blocks.ContainsAnyExceptInRange(0, cache.Count - 1))
            {
                int at = blocks.IndexOfAnyExceptInRange(0, cache.Count - 1);
                throw new ArgumentException(
                    $"PagedAttention: blockTables[{s}, {at}] is {blocks[at]} "
                        + $"but the cache has blocks 0 to {cache.Count - 1}");
            }
        }
    }
}
