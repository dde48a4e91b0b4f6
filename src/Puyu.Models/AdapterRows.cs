using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>Rows of an input whose linear maps an adapter changes.</summary>
/// <param name="Changes">By the name of the module, such as <c>layers.3.attention.output</c>.</param>
/// <param name="First">The first row.</param>
/// <param name="Count">Number of rows.</param>
public readonly record struct AdapterRows(IReadOnlyDictionary<string, LowRankChange> Changes, int First, int Count);

/// <summary>A change of a linear map: <c>y ← y + scale · x Aᵀ Bᵀ</c>.</summary>
/// <param name="A">[rank, inputs].</param>
/// <param name="B">[outputs, rank].</param>
/// <param name="Scale">Factor of the change.</param>
public readonly record struct LowRankChange(Tensor A, Tensor B, float Scale);
