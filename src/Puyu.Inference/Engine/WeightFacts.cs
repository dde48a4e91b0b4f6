using Puyu.Models;
using Puyu.Tensors.Quantization;

namespace Puyu.Inference.Engine;

/// <summary>What the weights of a model are, and how many of them a token reads.</summary>
/// <param name="Description">Storage of the matrices in words.</param>
/// <param name="BytesPerToken">
/// Bytes that a decoded token reads: all but the embedding, of which it reads a row, unless that is the output too.
/// </param>
internal sealed record WeightFacts(string Description, long BytesPerToken)
{
    /// <summary>Reads them off a model.</summary>
    public static WeightFacts Of(Decoder decoder)
    {
        long bytes = decoder.Parameters.Where(
            parameter => decoder.Config.TiesEmbeddings || parameter.Name != "embedding.weight")
            .Sum(parameter => parameter.Bytes);
        string[] stored =
        [
            .. decoder.Parameters.Where(parameter => parameter.Group == ParameterGroup.Matrix)
                .GroupBy(Describe).OrderByDescending(group => group.Sum(parameter => parameter.Count))
                .Select(group => group.Key),
        ];
        return new WeightFacts(string.Join("; ", stored), bytes);
    }

    private static string Describe(Parameter parameter) => parameter.Packed?.Scheme is { } scheme
        ? Describe(scheme)
        : parameter.DType.ToString().ToLowerInvariant();

    private static string Describe(QuantScheme scheme) =>
        $"int{scheme.Bits}, {(scheme.IsSymmetric ? "symmetric " : "")}groups of {scheme.GroupSize}";
}
