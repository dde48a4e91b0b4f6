using Puyu.Tensors;

namespace Puyu.Models.Layers;

/// <summary>Causal self-attention in which groups of query heads share a key-value head.</summary>
/// <remarks>
/// <code>
///   Attention(Q, K, V) = softmax(Q Kᵀ / √E + M) V        M hides the future and other sequences
/// </code>
/// <para>T tokens, D hidden, H query heads, K key-value heads, E head dim.</para>
/// <para>Source: Ainslie et al., GQA, 2023 (arXiv:2305.13245).</para>
/// </remarks>
internal sealed class GroupedQueryAttention(
    IQkvProjection projection, Linear output, RopeTable rope, QkvLayout layout, int layer)
{
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, D].</param>
    /// <param name="input">Positions, sequences and, in inference, the cache.</param>
    /// <returns>[T, D].</returns>
    public Tensor Forward(Scope scope, Tensor x, DecoderInput input)
    {
        Tensor qkv = projection.Forward(scope, x, input.Adapters);                                    // [T, (H + 2K)·E]
        Tensor rotated = scope.Rope(qkv, input.PositionIds, rope.For(input.Length), layout); // [T, (H + 2K)·E]
        Tensor mixed = Mix(scope, rotated, input);                                    // [T, H·E]
        return output.Forward(scope, mixed, input.Adapters);                                          // [T, D]
    }

    private Tensor Mix(Scope scope, Tensor qkv, DecoderInput input) => input.Cache is { } cache
        ? cache.Attend(scope, qkv, input.CuSeqLens, layer, layout)
        : scope.Attention(qkv, input.CuSeqLens, layout);
}
