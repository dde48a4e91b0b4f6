using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Rules;

public class RulesStagesTests
{
    [Theory]
    [InlineData("gopher-quality", """{ "semantics": "dolma", "stopWords": ["und"] }""", "median-word-length")]
    [InlineData("gopher-repetition", """{ "ideographs": "pairs" }""", "top-2-gram-characters")]
    [InlineData("c4", """{ "lineEnds": "allScripts", "requiresLineEnds": false }""", "sentences")]
    [InlineData("c4-paragraphs", "{}", "third-longest-line")]
    [InlineData("fineweb", """{ "lineEnds": "latin" }""", "terminal-lines")]
    [InlineData("bad-words", """{ "words": ["hell"], "matching": "anywhere" }""", "bad-words")]
    [InlineData("chinese", "{}", "broken-lines")]
    [InlineData("signals", "{}", "word-entropy")]
    [InlineData("normalize", """{ "fullWidth": "lettersAndDigits" }""", "mojibake")]
    [InlineData("pii", """{ "kinds": "email, ipv4", "addresses": "all" }""", "cn-id")]
    [InlineData("statistics", """{ "ideographs": "pairs" }""", "unique-word-fraction")]
    public void Create_ReadsTheOptionsOfARecipe(string name, string options, string measure)
    {
        var stage = (IStage)Create(name, options);

        Assert.Equal(name, stage.Name);
        Assert.Contains(measure, stage.Measures.Select(candidate => candidate.Name));
        Assert.Equal(stage.Measures.Count, stage.Measures.DistinctBy(candidate => candidate.Name).Count());
    }

    [Theory]
    [InlineData("c4-paragraphs", """{ "lines": 3 }""", "lines")]
    [InlineData("gopher-quality", """{ "semantics": "nemo" }""", "semantics")]
    public void Create_NamesWhatItDoesNotKnow(string name, string options, string expected)
    {
        var exception = Assert.Throws<InvalidDataException>(() => Create(name, options));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_RefusesBadOptions()
    {
        Assert.Throws<OptionsException>(() => Create("normalize", """{ "maxEmptyLines": -1 }"""));
        Assert.Throws<OptionsException>(() => Create("bad-words", "{}"));
    }

    [Fact]
    public void Create_ReadsWordsFromFilesBesideTheRecipe()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("words.txt"), "darn\n\nheck\n");
        var context = new RecipeContext(folder.Root, "stage", 0, _ => { });

        var stage = (BadWordsStage)Factory("bad-words").Create(
            JsonDocument.Parse("""{ "files": ["words.txt"] }""").RootElement, context);

        Assert.Equal(2, stage.Measure("What the heck, darn it.")["bad-words"]);
        Assert.Equal([folder.File("words.txt")], context.Inputs);
    }

    private static StageFactory Factory(string name) =>
        RulesStages.All.Concat(TextStages.All).Single(factory => factory.Name == name);

    private static object Create(string name, string options) => Factory(name).Create(
        JsonDocument.Parse(options).RootElement, new RecipeContext("/", "stage", 0, _ => { }));
}
