namespace Puyu.Cli.Recipes;

/// <summary>The recipes of the data engine that come with the tool, so that an installed tool has them, too.</summary>
internal static class ReadyRecipes
{
    private const string Folder = "recipes/";
    private const string Extension = ".json";

    /// <summary>Their names, such as <c>data-text</c>, in ordinal order.</summary>
    public static IReadOnlyList<string> Names =>
    [
        .. typeof(ReadyRecipes).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of a recipe, comments included.</summary>
    /// <exception cref="ArgumentException">There is no recipe of that name.</exception>
    public static string Read(string name)
    {
        using Stream recipe = typeof(ReadyRecipes).Assembly.GetManifestResourceStream(Folder + name + Extension)
            ?? throw new ArgumentException($"recipe is '{name}' but must be one of {string.Join(", ", Names)}");
        using var reader = new StreamReader(recipe);
        return reader.ReadToEnd();
    }
}
