using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Layers;

/// <summary>A linear map of each row: <c>y = x Wᵀ + b</c>.</summary>
/// <param name="name">Of the module, as adapters call it.</param>
/// <param name="weight">[outputs, inputs], a tensor or packed.</param>
/// <param name="bias">[outputs], or null for none.</param>
internal sealed class Linear(string name, Parameter weight, Tensor? bias)
{
    private readonly Tensor? _value = weight.Packed is null ? weight.Value : null;

    /// <summary>The weights where they are packed.</summary>
    public PackedMatrix? Packed { get; } = weight.Packed;

    /// <summary>[outputs], or null for none.</summary>
    public Tensor? Bias { get; } = bias;

    /// <summary>Finds weight and bias by the name of the module.</summary>
    public static Linear Of(ParameterTable parameters, string name) => new(
        name, parameters[$"{name}.weight"],
        parameters.TryGet($"{name}.bias", out Parameter? bias) ? bias!.Value : null);

    /// <summary>Whether maps of one input can be computed by one op on packed weights.</summary>
    public static bool ArePackedAlike(params ReadOnlySpan<Linear> maps)
    {
        foreach (Linear map in maps)
        {
            if (map.Packed is null || maps[0].Packed is not { } first || !QuantizedLinearOp.Shares(first, map.Packed))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, inputs].</param>
    /// <returns>[T, outputs].</returns>
    public Tensor Forward(Scope scope, Tensor x) => Packed is { } packed
        ? scope.QuantizedLinear(x, packed, Bias)
        : scope.Linear(x, _value!, Bias);

    /// <summary>The map with what adapters change of it.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, inputs].</param>
    /// <param name="adapters">Which rows they change.</param>
    /// <returns>[T, outputs].</returns>
    public Tensor Forward(Scope scope, Tensor x, IReadOnlyList<AdapterRows> adapters)
    {
        Tensor y = Forward(scope, x);                                                 // [T, outputs]
        for (int i = 0; i < adapters.Count; i++)
        {
            AdapterRows rows = adapters[i];
            if (rows.Changes.TryGetValue(name, out LowRankChange change))
            {
                scope.AddLowRank(y, x, change.A, change.B, change.Scale, rows.First, rows.Count);
            }
        }

        return y;
    }
}
