namespace Puyu.Inference.Caching;

/// <summary>A sequence whose keys and values are in a <see cref="KvCache"/>.</summary>
internal sealed class CachedSequence
{
    /// <summary>Tokens whose keys and values the cache holds, those of the next forward included.</summary>
    public int Length { get; set; }

    /// <summary>Blocks that the sequence holds, in order.</summary>
    public List<int> BlockTable { get; } = [];
}
