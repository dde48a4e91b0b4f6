using Puyu.Tensors;

namespace Puyu.Models.Layers;

/// <summary>A linear map of each row: <c>y = x Wᵀ + b</c>.</summary>
/// <param name="weight">[outputs, inputs].</param>
/// <param name="bias">[outputs], or null for none.</param>
internal sealed class Linear(Tensor weight, Tensor? bias)
{
    /// <summary>Finds weight and bias by the name of the module.</summary>
    public static Linear Of(ParameterTable parameters, string name) => new(
        parameters[$"{name}.weight"].Value,
        parameters.TryGet($"{name}.bias", out Parameter? bias) ? bias!.Value : null);

    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, inputs].</param>
    /// <returns>[T, outputs].</returns>
    public Tensor Forward(Scope scope, Tensor x) => scope.Linear(x, weight, bias);
}
