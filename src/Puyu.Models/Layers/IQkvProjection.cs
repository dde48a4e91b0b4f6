using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Layers;

/// <summary>The map from a row to its queries, keys and values.</summary>
internal interface IQkvProjection
{
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, D].</param>
    /// <returns>[T, (H + 2K)·E] in the order of the model's <see cref="QkvLayout"/>.</returns>
    Tensor Forward(Scope scope, Tensor x);
}

/// <summary>One matrix for all three.</summary>
internal sealed class FusedQkv(Linear qkv) : IQkvProjection
{
    /// <inheritdoc/>
    public Tensor Forward(Scope scope, Tensor x) => qkv.Forward(scope, x);
}

/// <summary>
/// A matrix for each, as files have them: the results are joined instead of the weights, so that weights stay where
/// they are mapped.
/// </summary>
internal sealed class SeparateQkv(Linear query, Linear key, Linear value) : IQkvProjection
{
    /// <inheritdoc/>
    public Tensor Forward(Scope scope, Tensor x)
    {
        Tensor q = query.Forward(scope, x);                                           // [T, H·E]
        Tensor k = key.Forward(scope, x);                                             // [T, K·E]
        Tensor v = value.Forward(scope, x);                                           // [T, K·E]
        return scope.Concat(q, k, v);                                                 // [T, (H + 2K)·E]
    }
}

/// <summary>A packed matrix for each, multiplied in one op that rounds its input once.</summary>
internal sealed class PackedQkv(Linear query, Linear key, Linear value) : IQkvProjection
{
    private readonly PackedMatrix[] _weights = [query.Packed!, key.Packed!, value.Packed!];
    private readonly Tensor?[] _biases = [query.Bias, key.Bias, value.Bias];

    /// <inheritdoc/>
    public Tensor Forward(Scope scope, Tensor x) => scope.QuantizedLinear(x, _weights, _biases);
}
