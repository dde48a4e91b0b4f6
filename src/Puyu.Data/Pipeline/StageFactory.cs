using System.Text.Json;

namespace Puyu.Data.Pipeline;

/// <summary>Makes a stage from what a recipe says of it.</summary>
/// <param name="Name">As recipes call the stage, such as <c>gopher-quality</c>.</param>
/// <param name="Create">
/// Makes the <see cref="IStage"/> or <see cref="ICorpusStage"/> from its options: the object of the recipe without
/// <c>stage</c>, <c>min</c> and <c>max</c>. <see cref="RecipeContext.Read{TOptions}"/> reads them strictly.
/// </param>
public sealed record StageFactory(string Name, Func<JsonElement, RecipeContext, object> Create)
{
    /// <summary>Counted up when the same options give other results, so that nothing old is reused.</summary>
    public int Version { get; init; } = 1;
}
