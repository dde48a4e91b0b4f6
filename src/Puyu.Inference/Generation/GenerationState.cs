using System.Diagnostics;
using Puyu.Inference.Caching;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Generation;

/// <summary>A sequence while it is completed: its tokens, and the cache of those that the model has seen.</summary>
internal sealed class GenerationState : IDisposable
{
    private readonly KvCache _cache;
    private readonly CachedSequence _sequence = new();
    private readonly int[] _tokenIds;
    private readonly int[] _positionIds;

    /// <param name="decoder">The model.</param>
    /// <param name="promptIds">What the sequence begins with.</param>
    /// <param name="capacity">Tokens that it can grow to.</param>
    public GenerationState(Decoder decoder, ReadOnlySpan<int> promptIds, int capacity)
    {
        _cache = new KvCache(decoder.Config, decoder.Backend, capacity);
        _sequence.BlockTable.Capacity = (capacity / KvCache.BlockSize) + 1;
        _tokenIds = new int[capacity];
        _positionIds = [.. Enumerable.Range(0, capacity)];
        promptIds.CopyTo(_tokenIds);
        Count = promptIds.Length;
    }

    /// <summary>Tokens of prompt and completion.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens that the model has not seen.</summary>
    public int Pending => Count - _sequence.Length;

    /// <summary>Ids of prompt and completion.</summary>
    public ReadOnlySpan<int> TokenIds => _tokenIds.AsSpan(0, Count);

    /// <summary>Appends a token, which is pending then.</summary>
    public void Append(int token) => _tokenIds[Count++] = token;

    /// <summary>The next pending tokens, counted as seen.</summary>
    /// <remarks>
    /// The length is that of the whole sequence: with dynamic scaling all chunks of a prompt turn alike.
    /// </remarks>
    public DecoderInput Input(Scope scope, int tokens)
    {
        int first = _sequence.Length;
        bool hasRoom = _cache.TryExtend(_sequence, tokens);
        Debug.Assert(hasRoom, "the cache has room for the capacity");
        DecoderInput input = DecoderInput.From(
            scope, _tokenIds.AsSpan(first, tokens), _positionIds.AsSpan(first, tokens), [0, tokens]);
        KvCacheView view = _cache.View(scope, new ReadOnlySpan<CachedSequence>(in _sequence));
        return input with { Length = Count, Cache = view };
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();
}
