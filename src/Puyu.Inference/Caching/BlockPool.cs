namespace Puyu.Inference.Caching;

/// <summary>The fixed set of blocks of a key-value cache, each free or held by a sequence.</summary>
/// <param name="blocks">Number of blocks.</param>
/// <param name="blockSize">Tokens in a block.</param>
internal sealed class BlockPool(int blocks, int blockSize)
{
    private readonly Stack<int> _free = new(Enumerable.Range(0, blocks).Reverse());

    /// <summary>Blocks that nobody holds.</summary>
    public int FreeCount => _free.Count;

    /// <summary>Gives a sequence the blocks it lacks for a number of tokens, or nothing.</summary>
    /// <param name="blockTable">The blocks it holds, in order; grows.</param>
    /// <param name="tokens">Tokens that must fit.</param>
    /// <returns>False when too few blocks are free.</returns>
    public bool TryReserve(List<int> blockTable, int tokens)
    {
        int needed = ((tokens + blockSize - 1) / blockSize) - blockTable.Count;
        if (needed > _free.Count)
        {
            return false;
        }

        for (int i = 0; i < needed; i++)
        {
            blockTable.Add(_free.Pop());
        }

        return true;
    }

    /// <summary>Takes every block back.</summary>
    /// <param name="blockTable">Left empty.</param>
    public void Release(List<int> blockTable)
    {
        foreach (int block in blockTable)
        {
            _free.Push(block);
        }

        blockTable.Clear();
    }
}
