namespace Puyu.Inference.Caching;

/// <summary>Hashes a block of tokens behind the block before it.</summary>
/// <param name="parent">Hash of the block before; 0 for the first.</param>
/// <param name="tokenIds">The tokens of the block.</param>
internal delegate ulong BlockHash(ulong parent, ReadOnlySpan<int> tokenIds);

/// <summary>Hashes of blocks. They only find candidates: tokens are always compared.</summary>
internal static class BlockHashes
{
    /// <summary>Multiplies and folds, token by token.</summary>
    /// <remarks>Constant: the golden ratio's 64 bits; finish of SplitMix64 (Steele et al., OOPSLA 2014).</remarks>
    public static ulong Mixed(ulong parent, ReadOnlySpan<int> tokenIds)
    {
        ulong hash = parent + 0x9E3779B97F4A7C15;
        foreach (int id in tokenIds)
        {
            hash = (hash ^ (uint)id) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
        }

        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }
}
