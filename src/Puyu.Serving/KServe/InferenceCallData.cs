using System.Text.Json.Nodes;

namespace Puyu.Serving.KServe;

/// <summary>A call of a model, whichever way it came.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Id">Given by the caller, returned with the answer; may be empty.</param>
/// <param name="Parameters">Options by name.</param>
/// <param name="Inputs">Arrays by name.</param>
internal sealed record InferenceCallData(
    string Model, string Id, JsonObject Parameters, IReadOnlyList<InferenceTensor> Inputs)
{
    /// <summary>Finds an input; null if there is none of the name.</summary>
    public InferenceTensor? Input(string name) => Inputs.FirstOrDefault(input => input.Name == name);
}
