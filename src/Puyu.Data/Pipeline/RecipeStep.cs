namespace Puyu.Data.Pipeline;

/// <summary>A named sequence of stages, whose result is kept.</summary>
/// <param name="Name">Such as <c>clean</c>; unique in the recipe.</param>
/// <param name="Stages">In order.</param>
public sealed record RecipeStep(string Name, IReadOnlyList<RecipeStage> Stages)
{
    internal static RecipeStep Read(
        RecipeNode node, StageCatalog catalog, string folder, ulong seed, Action<string> warn)
    {
        Dictionary<string, RecipeNode> members = node.Members("name", "stages");
        string name = node.Required(members, "name").Text();
        return new RecipeStep(name, [.. node.Required(members, "stages").Items()
            .Select(stage => RecipeStage.Read(stage, catalog, folder, seed, warn))]);
    }
}
