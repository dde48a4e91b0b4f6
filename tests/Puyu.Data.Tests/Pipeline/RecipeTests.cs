using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

public sealed class RecipeTests : IDisposable
{
    private const string Source = """ "sources": [ { "path": "*.lines", "format": "lines" } ] """;
    private const string Steps = """ "steps": [ { "name": "clean", "stages": [ { "stage": "length" } ] } ] """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_MakesStagesWithTheBoundsOfTheRecipe()
    {
        Recipe recipe = Load($$"""
            {
              // as an editor would have it
              "seed": 7, "partMegabytes": 3, {{Source}},
              "steps": [ { "name": "clean", "stages": [
                { "stage": "length", "least": 5, "min": { "digits": 0.25 }, "max": { "digits": null } } ] } ],
              "output": { "format": "lines", "folder": "kept" },
            }
            """);

        Assert.Equal(7ul, recipe.Seed);
        Assert.Equal(3 << 20, recipe.PartBytes);
        Assert.Equal("kept", recipe.Outputs[0].Folder);
        RecipeStage stage = Assert.Single(Assert.Single(recipe.Steps).Stages);
        Assert.Equal([new Measure("characters", Min: 5), new Measure("digits", Min: 0.25f)], stage.Measures);
    }

    [Theory]
    [InlineData("""{ SOURCE }""", "the recipe lacks \"steps\"")]
    [InlineData("""{ SOURCE, STEPS, "outptu": {} }""", "outptu is unknown but must be one of")]
    [InlineData("""{ SOURCE, STEPS, "seed": -1 }""", "seed is -1 but must be a whole number from 0")]
    [InlineData("""{ SOURCE, STEPS, "partMegabytes": 0 }""", "partMegabytes is 0 but must lie in")]
    [InlineData("""{ SOURCE, STEPS, "seed": 1, "seed": 2 }""", "seed is given twice")]
    [InlineData("""{ SOURCE, "steps": {} }""", "steps is {} but must be a list")]
    [InlineData("""{ SOURCE, "steps": [ { "name": "a", "stages": [] } ] }""", "steps[0].stages is empty")]
    [InlineData(
        """{ SOURCE, "steps": [ { "name": "a", "stages": [ { "stage": "lenght" } ] } ] }""",
        "steps[0].stages[0].stage is 'lenght' but must be one of first-line, length")]
    [InlineData(
        """{ SOURCE, "steps": [ { "name": "a", "stages": [ { "stage": "length", "most": 1 } ] } ] }""",
        "steps[0].stages[0].most is unknown but must be one of least")]
    [InlineData(
        """{ SOURCE, "steps": [ { "name": "a", "stages": [ { "stage": "length", "least": "x" } ] } ] }""",
        "steps[0].stages[0].least")]
    [InlineData(
        """{ SOURCE, "steps": [ { "name": "a", "stages": [ { "stage": "length", "max": { "size": 1 } } ] } ] }""",
        "steps[0].stages[0].max.size is unknown but must be one of characters, digits")]
    [InlineData(
        """{ SOURCE, "steps": [ { "name": "a", "stages": [ { "stage": "length", "max": { "digits": "1" } } ] } ] }""",
        "steps[0].stages[0].max.digits is \"1\" but must be a number")]
    [InlineData(
        """{ SOURCE, "steps": [ { "name": "a", "stages": [ { "stage": "length", "max": { "characters": 1 } } ] } ] }""",
        "min.characters is 2 but must not be above its max, 1")]
    [InlineData(
        """{ SOURCE, "steps": [ { "name": "a", "stages": [ { "stage": "first-line", "min": { "x": 1 } } ] } ] }""",
        "the stage measures nothing")]
    [InlineData(
        """{ "sources": [ { "path": "x", "format": "docx" } ], STEPS }""",
        "sources[0].format is 'docx' but must be one of lines")]
    [InlineData("""{ SOURCE, STEPS, "output": { "format": "lines", "folder": "../x" } }""", "output.folder is '../x'")]
    [InlineData("""{ SOURCE, STEPS, STEPS }""", "steps is given twice")]
    [InlineData("""{ SOURCE """, "is not JSON")]
    public void Load_NamesWhatIsWrong(string json, string problem)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Load(
            json.Replace("SOURCE", Source, StringComparison.Ordinal)
                .Replace("STEPS", Steps, StringComparison.Ordinal)));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains("recipe.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SaysWhereOptionsAreOutOfRange()
    {
        OptionsException error = Assert.Throws<OptionsException>(() => Load($$"""
            { {{Source}}, "steps": [ { "name": "a", "stages": [ { "stage": "length", "least": -2 } ] } ] }
            """));

        Assert.Contains("steps[0].stages[0]: length: Least is -2 but must not be negative", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Files_FillInTheWildcards()
    {
        foreach (string name in (string[])["b/x.lines", "a/x.lines", "a/deep/y.lines", "a/z.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
            File.WriteAllText(_folder.File(name), "x");
        }

        Assert.Equal(
            ["a/deep/y.lines", "a/x.lines", "b/x.lines"],
            FilePattern.Match(_folder.Root, "**/*.lines").Select(file => file.Name));
        Assert.Equal(["a/x.lines", "b/x.lines"], FilePattern.Match(_folder.Root, "?/x.lines").Select(f => f.Name));
        Assert.Equal(["a/z.txt"], FilePattern.Match(_folder.Root, "a/z.txt").Select(file => file.Name));
        Assert.Equal([_folder.File("b/x.lines")], FilePattern.Match(_folder.Root, "b/*").Select(file => file.Path));
        Assert.Empty(FilePattern.Match(_folder.Root, "c/*.lines"));
    }

    [Theory]
    [InlineData("a/*.txt", "a/b.txt", true)]
    [InlineData("a/*.txt", "a/b/c.txt", false)]
    [InlineData("*", "a/b", false)]
    [InlineData("**", "a/b", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("**/c", "c", true)]
    [InlineData("**/c", "a/b/c", true)]
    [InlineData("a/**/c", "a/b/d", false)]
    [InlineData("a/?.txt", "a/bc.txt", false)]
    public void FilePattern_FitsNames(string pattern, string name, bool fits) =>
        Assert.Equal(fits, FilePattern.IsMatch(pattern, name));

    private Recipe Load(string json)
    {
        File.WriteAllText(_folder.File("recipe.json"), json);
        return Recipe.Load(_folder.File("recipe.json"), TestCatalog.Create(), _ => { });
    }
}
