using System.Diagnostics;

namespace Puyu.Inference.Caching;

/// <summary>
/// The fixed set of blocks of a key-value cache. A block is free, held by sequences, or cached: full, known by its
/// tokens, held by nobody, and taken from the longest unused on when free ones run out.
/// </summary>
/// <remarks>
/// <para>
/// A full block is found by its tokens behind those of the block before it. The hash only narrows the search: parent
/// and tokens are compared, and for a first block the salt, so that a collision costs time and nothing else.
/// </para>
/// <para>
/// Whoever holds a block holds those before it, and gives back the last first. So a block is never longer unused than
/// one that follows it, and eviction takes ends of chains alone.
/// </para>
/// </remarks>
internal sealed class BlockPool
{
    private const int None = RecencyList.None;

    private readonly BlockHash _hash;
    private readonly Entry[] _entries;
    private readonly int[] _tokenIds;
    private readonly Stack<int> _free;
    private readonly Dictionary<ulong, int> _firstOfHash = [];
    private readonly RecencyList _cached;

    /// <param name="blocks">Number of blocks.</param>
    /// <param name="blockSize">Tokens in a block.</param>
    /// <param name="hash">Null for <see cref="BlockHashes.Mixed"/>.</param>
    public BlockPool(int blocks, int blockSize, BlockHash? hash = null)
    {
        BlockSize = blockSize;
        _hash = hash ?? BlockHashes.Mixed;
        _entries = new Entry[blocks];
        _cached = new RecencyList(blocks);
        _tokenIds = new int[blocks * blockSize];
        _free = new Stack<int>(Enumerable.Range(0, blocks).Reverse());
    }

    /// <summary>Tokens in a block.</summary>
    public int BlockSize { get; }

    /// <summary>Number of blocks.</summary>
    public int Count => _entries.Length;

    /// <summary>Blocks that nobody holds, cached ones included.</summary>
    public int FreeCount => _free.Count + CachedCount;

    /// <summary>Blocks that hold reusable prefixes and nobody holds.</summary>
    public int CachedCount => _cached.Count;

    /// <summary>Blocks that sequences hold.</summary>
    public int UsedCount => Count - FreeCount;

    /// <summary>Blocks that so many tokens need.</summary>
    public int BlocksFor(int tokens) => (tokens + BlockSize - 1) / BlockSize;

    /// <summary>Gives a sequence the blocks it lacks for a number of tokens, or nothing.</summary>
    /// <param name="blockTable">The blocks it holds, in order; grows.</param>
    /// <param name="tokens">Tokens that must fit.</param>
    /// <returns>False when too few blocks are free.</returns>
    public bool TryReserve(List<int> blockTable, int tokens)
    {
        int needed = BlocksFor(tokens) - blockTable.Count;
        if (needed > FreeCount)
        {
            return false;
        }

        for (int i = 0; i < needed; i++)
        {
            blockTable.Add(Take());
        }

        return true;
    }

    /// <summary>Holds the blocks of a table once more, for a second sequence that begins alike.</summary>
    public void Share(List<int> blockTable)
    {
        foreach (int block in blockTable)
        {
            Hold(block);
        }
    }

    /// <summary>Whether several sequences hold a block, so that none may write it.</summary>
    public bool IsShared(int block) => _entries[block].References > 1;

    /// <summary>Gives a sequence a block of its own in place of a shared one.</summary>
    /// <param name="blockTable">The blocks it holds.</param>
    /// <param name="index">Place of the shared block.</param>
    /// <returns>False when no block is free.</returns>
    public bool TryReplace(List<int> blockTable, int index)
    {
        if (FreeCount == 0)
        {
            return false;
        }

        int shared = blockTable[index];
        blockTable[index] = Take();
        Drop(shared);
        return true;
    }

    /// <summary>Takes blocks back, the last first.</summary>
    /// <param name="blockTable">Left with the first <paramref name="kept"/>.</param>
    /// <param name="kept">Blocks that stay.</param>
    public void Release(List<int> blockTable, int kept = 0)
    {
        for (int i = blockTable.Count - 1; i >= kept; i--)
        {
            Drop(blockTable[i]);
        }

        blockTable.RemoveRange(kept, blockTable.Count - kept);
    }

    /// <summary>Finds the longest known prefix and holds its blocks.</summary>
    /// <param name="salt">What must be the same beside the tokens.</param>
    /// <param name="tokenIds">The tokens; the last is never matched, since its logits are wanted.</param>
    /// <param name="blockTable">Empty; gets the blocks.</param>
    /// <returns>Tokens that the blocks hold.</returns>
    public int Match(CacheSalt salt, ReadOnlySpan<int> tokenIds, List<int> blockTable)
    {
        Debug.Assert(blockTable.Count == 0, "a prefix stands at the beginning");
        int parent = None;
        for (int end = BlockSize; end < tokenIds.Length; end += BlockSize)
        {
            ReadOnlySpan<int> block = tokenIds[(end - BlockSize)..end];
            int found = Find(HashOf(parent, salt, block), parent, salt, block);
            if (found == None)
            {
                break;
            }

            Hold(found);
            blockTable.Add(found);
            parent = found;
        }

        return blockTable.Count * BlockSize;
    }

    /// <summary>
    /// Makes full blocks of a sequence known. Where an equal block is known already the sequence gets that one, so that
    /// equal prefixes are kept once.
    /// </summary>
    /// <param name="salt">What must be the same beside the tokens.</param>
    /// <param name="tokenIds">The tokens whose keys and values are in the blocks.</param>
    /// <param name="blockTable">The blocks it holds.</param>
    /// <param name="known">Blocks of the table that are known already.</param>
    /// <returns>Blocks of the table that are known.</returns>
    public int Register(CacheSalt salt, ReadOnlySpan<int> tokenIds, List<int> blockTable, int known)
    {
        for (; (known + 1) * BlockSize <= tokenIds.Length; known++)
        {
            int parent = known == 0 ? None : blockTable[known - 1];
            ReadOnlySpan<int> block = tokenIds.Slice(known * BlockSize, BlockSize);
            ulong hash = HashOf(parent, salt, block);
            int found = Find(hash, parent, salt, block);
            int own = blockTable[known];
            if (found == None)
            {
                Add(own, hash, parent, salt, block);
            }
            else if (found != own)
            {
                Hold(found);
                blockTable[known] = found;
                Drop(own);
            }
        }

        return known;
    }

    /// <summary>Forgets what is cached of a sequence from its end back to where others go on from it.</summary>
    public void Forget(CacheSalt salt, ReadOnlySpan<int> tokenIds)
    {
        var chain = new List<int>();
        Match(salt, [.. tokenIds, 0], chain);
        for (int i = chain.Count - 1; i >= 0; i--)
        {
            int block = chain[i];
            bool isEnd = _entries[block].References == 1 && _entries[block].Children == 0;
            Drop(block);
            if (isEnd)
            {
                _cached.Remove(block);
                Remove(block);
                _free.Push(block);
            }
        }
    }

    /// <summary>The known blocks that nobody holds, the latest used first; so each comes behind its parent.</summary>
    public IEnumerable<CachedBlock> Cached()
    {
        foreach (int block in _cached.NewestFirst())
        {
            Entry entry = _entries[block];
            yield return new CachedBlock(block, entry.Parent, entry.Salt, TokensOf(block).ToArray());
        }
    }

    /// <summary>Makes a free block known, and holds it.</summary>
    /// <param name="salt">What it was computed with.</param>
    /// <param name="parent">The block before it, restored earlier; −1 for a first one.</param>
    /// <param name="tokenIds">Its tokens.</param>
    /// <returns>The block. Its keys and values are the caller's to put there.</returns>
    public int Restore(CacheSalt salt, int parent, ReadOnlySpan<int> tokenIds)
    {
        int block = Take();
        Add(block, HashOf(parent, salt, tokenIds), parent, salt, tokenIds);
        return block;
    }

    private int Take()
    {
        if (!_free.TryPop(out int block))
        {
            block = _cached.Oldest;
            Debug.Assert(block != None && _entries[block].Children == 0, "the end of a chain is the longest unused");
            _cached.Remove(block);
            Remove(block);
        }

        _entries[block].References = 1;
        return block;
    }

    private void Hold(int block)
    {
        ref Entry entry = ref _entries[block];
        if (entry.References++ == 0)
        {
            _cached.Remove(block);
        }
    }

    private void Drop(int block)
    {
        ref Entry entry = ref _entries[block];
        Debug.Assert(entry.References > 0, "who drops a block holds it");
        if (--entry.References > 0)
        {
            return;
        }

        if (entry.IsKnown)
        {
            _cached.Add(block);
        }
        else
        {
            _free.Push(block);
        }
    }

    private ulong HashOf(int parent, CacheSalt salt, ReadOnlySpan<int> tokenIds) => _hash(
        parent == None ? unchecked((ulong)salt.GetHashCode()) : _entries[parent].Hash, tokenIds);

    private int Find(ulong hash, int parent, CacheSalt salt, ReadOnlySpan<int> tokenIds)
    {
        int block = _firstOfHash.GetValueOrDefault(hash, None);
        while (block != None)
        {
            ref Entry entry = ref _entries[block];
            if (entry.Parent == parent && entry.Salt == salt && TokensOf(block).SequenceEqual(tokenIds))
            {
                return block;
            }

            block = entry.NextOfHash;
        }

        return None;
    }

    private void Add(int block, ulong hash, int parent, CacheSalt salt, ReadOnlySpan<int> tokenIds)
    {
        ref Entry entry = ref _entries[block];
        (entry.IsKnown, entry.Hash, entry.Parent, entry.Salt) = (true, hash, parent, salt);
        entry.NextOfHash = _firstOfHash.GetValueOrDefault(hash, None);
        _firstOfHash[hash] = block;
        tokenIds.CopyTo(TokensOf(block));
        if (parent != None)
        {
            _entries[parent].Children++;
        }
    }

    private void Remove(int block)
    {
        ref Entry entry = ref _entries[block];
        if (entry.Parent != None)
        {
            _entries[entry.Parent].Children--;
        }

        if (_firstOfHash[entry.Hash] == block)
        {
            if (entry.NextOfHash == None)
            {
                _firstOfHash.Remove(entry.Hash);
            }
            else
            {
                _firstOfHash[entry.Hash] = entry.NextOfHash;
            }
        }
        else
        {
            int before = _firstOfHash[entry.Hash];
            while (_entries[before].NextOfHash != block)
            {
                before = _entries[before].NextOfHash;
            }

            _entries[before].NextOfHash = entry.NextOfHash;
        }

        entry = default;
    }

    private Span<int> TokensOf(int block) => _tokenIds.AsSpan(block * BlockSize, BlockSize);

    private struct Entry
    {
        public int References;
        public bool IsKnown;
        public ulong Hash;
        public int Parent;
        public int Children;
        public CacheSalt Salt;
        public int NextOfHash;
    }
}

/// <summary>A known block that nobody holds.</summary>
/// <param name="Block">Its number.</param>
/// <param name="Parent">Number of the block before it; −1 for a first one.</param>
/// <param name="Salt">What it was computed with.</param>
/// <param name="TokenIds">Its tokens.</param>
internal readonly record struct CachedBlock(int Block, int Parent, CacheSalt Salt, int[] TokenIds);
