using System.Text.Json;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

public class FilterStagesTests
{
    [Theory]
    [InlineData("language", """{ "keep": ["en"], "paragraphs": true }""", 0)]
    [InlineData("words", """{ "words": ["words.txt"], "allowed": ["words.txt"] }""", 2)]
    [InlineData("perplexity-difference", """{ "longBytes": 10000, "domain": "source" }""", 0)]
    [InlineData("long-text", "{}", 0)]
    public void Create_ReadsOptions_AndNamesTheFilesThatTheResultDependsOn(string name, string options, int inputs)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("words.txt"), "word\n");
        var context = new RecipeContext(folder.Root, "steps[0].stages[0]", seed: 1, _ => { });

        var stage = (IStage)Create(name, options, context);

        Assert.Equal(name, stage.Name);
        Assert.Equal(inputs, context.Inputs.Count);
    }

    [Theory]
    [InlineData("classifier")]
    [InlineData("language")]
    [InlineData("url-list")]
    [InlineData("words")]
    [InlineData("perplexity")]
    [InlineData("perplexity-difference")]
    [InlineData("long-text")]
    public void Create_RefusesAnUnknownOption(string name)
    {
        using var folder = new TemporaryFolder();
        var context = new RecipeContext(folder.Root, "steps[0].stages[0]", seed: 1, _ => { });

        Assert.Throws<InvalidDataException>(() => Create(name, """{ "kepe": 1 }""", context));
    }

    private static object Create(string name, string options, RecipeContext context) =>
        StageCatalog.BuiltIn.Stage(name, "stage").Create(JsonElement.Parse(options), context);
}
