using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Layers;

/// <summary>The map from a row to its queries, keys and values.</summary>
internal interface IQkvProjection
{
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, D].</param>
    /// <param name="adapters">Which rows they change.</param>
    /// <returns>[T, (H + 2K)·E] in the order of the model's <see cref="QkvLayout"/>.</returns>
    Tensor Forward(Scope scope, Tensor x, IReadOnlyList<AdapterRows> adapters);
}

/// <summary>One matrix for all three.</summary>
internal sealed class FusedQkv(Linear qkv) : IQkvProjection
{
    /// <inheritdoc/>
    public Tensor Forward(Scope scope, Tensor x, IReadOnlyList<AdapterRows> adapters) =>
        qkv.Forward(scope, x, adapters);
}

/// <summary>
/// A matrix for each, as files have them: the results are joined instead of the weights, so that weights stay where
/// they are mapped.
/// </summary>
internal sealed class SeparateQkv(Linear query, Linear key, Linear value) : IQkvProjection
{
    /// <inheritdoc/>
    public Tensor Forward(Scope scope, Tensor x, IReadOnlyList<AdapterRows> adapters)
    {
        Tensor q = query.Forward(scope, x, adapters);                                           // [T, H·E]
        Tensor k = key.Forward(scope, x, adapters);                                             // [T, K·E]
        Tensor v = value.Forward(scope, x, adapters);                                           // [T, K·E]
        return scope.Concat(q, k, v);                                                 // [T, (H + 2K)·E]
    }
}

/// <summary>A packed matrix for each, multiplied in one op that rounds its input once.</summary>
internal sealed class PackedQkv(Linear query, Linear key, Linear value) : IQkvProjection
{
    private readonly PackedMatrix[] _weights = [query.Packed!, key.Packed!, value.Packed!];
    private readonly Tensor?[] _biases = [query.Bias, key.Bias, value.Bias];
    private readonly SeparateQkv _separate = new(query, key, value);

    /// <inheritdoc/>
    public Tensor Forward(Scope scope, Tensor x, IReadOnlyList<AdapterRows> adapters) => adapters.Count == 0
        ? scope.QuantizedLinear(x, _weights, _biases)
        : _separate.Forward(scope, x, adapters);
}
