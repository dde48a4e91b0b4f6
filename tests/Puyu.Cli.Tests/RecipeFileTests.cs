using Puyu.Cli.Recipes;
using Puyu.Data.Tokens;

namespace Puyu.Cli.Tests;

public class RecipeFileTests
{
    private const string Complete = """
        {
          "$schema": "train.schema.json",
          "output": "run", "tokenizer": "tokenizer", "initialModel": "model",
          "data": { "path": "a.tokens", "sequenceLength": 64, "packing": "bestFit" }, // a comment
          "training": { "steps": 10, "schedule": { "peakLearningRate": 0.001 } },
        }
        """;

    [Fact]
    public void Load_ReadsEveryMember()
    {
        TrainRecipe recipe = Load(Complete).Validated();

        Assert.Equal("run", recipe.Output);
        Assert.Equal(Packing.BestFit, recipe.Data.Packing);
        Assert.Equal(0.001, recipe.Training.Schedule.PeakLearningRate);
    }

    [Fact]
    public void Load_TakesOverrides_AsJsonOrAsText()
    {
        TrainRecipe recipe = Load(Complete, "training.steps=20", "output=elsewhere", "data.seed=3");

        Assert.Equal((20, "elsewhere", 3UL), (recipe.Training.Steps, recipe.Output, recipe.Data.Seed));
    }

    [Fact]
    public void Write_ReadsBackAsTheSameRecipe()
    {
        TrainRecipe recipe = Load(Complete);

        Assert.Equal(RecipeFile.Write(recipe), RecipeFile.Write(Load(RecipeFile.Write(recipe))));
    }

    [Theory]
    [InlineData("training.stepz=1", "stepz")]
    [InlineData("training.steps=many", "training.steps")]
    [InlineData("data.packing=tightly", "data.packing")]
    public void Load_NamesTheMemberAtFault(string change, string name)
    {
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => Load(Complete, change));

        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NamesAMissingMember()
    {
        InvalidDataException exception = Assert.Throws<InvalidDataException>(
            () => Load("""{ "output": "run", "tokenizer": "t", "training": { "steps": 1 } }"""));

        Assert.Contains("data", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SaysThatAFileIsNotJson()
    {
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => Load("{ output"));

        Assert.Contains("is not JSON", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steps=1", "steps")]
    [InlineData("training", "must be path=value")]
    [InlineData("output.folder=1", "output is a value")]
    public void Load_NamesAnOverrideAtFault(string change, string text)
    {
        Exception exception = Assert.ThrowsAny<Exception>(() => Load(Complete, change));

        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_IsThePublishedOne()
    {
        string published = Path.Combine(Repository.Root, "recipes", "train.schema.json");
        if (Environment.GetEnvironmentVariable("ACCEPT_API") == "1")
        {
            File.WriteAllText(published, RecipeFile.Schema<TrainRecipe>());
        }

        Assert.Equal(File.ReadAllText(published), RecipeFile.Schema<TrainRecipe>());
    }

    [Fact]
    public void PublishedRecipes_AreComplete()
    {
        // Those of the data engine have sources.
        string[] recipes = [.. Repository.Files("recipes", "*.json").Where(
            path => !path.EndsWith(".schema.json", StringComparison.Ordinal)
                && !File.ReadAllText(path).Contains("\"sources\"", StringComparison.Ordinal))];

        Assert.NotEmpty(recipes);
        Assert.All(recipes, path => RecipeFile.Load<TrainRecipe>(path, []).Validated());
    }

    private static TrainRecipe Load(string text, params string[] changes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("recipe.json"), text);
        return RecipeFile.Load<TrainRecipe>(folder.File("recipe.json"), changes);
    }
}
