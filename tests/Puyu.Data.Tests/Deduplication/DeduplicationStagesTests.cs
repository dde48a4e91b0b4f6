using System.Text.Json;
using Puyu.Data.Deduplication;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Deduplication;

public sealed class DeduplicationStagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecipeContext _context;

    public DeduplicationStagesTests()
    {
        _context = new RecipeContext(_folder.Root, "steps[0].stages[0]", seed: 0, static _ => { });
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("exact", """{ "text": "characters", "survivor": "longest" }""")]
    [InlineData("minhash", """{ "hashes": 128, "threshold": 0.8, "survivor": "newest", "verify": "exact" }""")]
    [InlineData("paragraphs", """{ "unit": "sentences", "window": 3, "minDocumentWords": 50 }""")]
    [InlineData("substring", """{ "minBytes": 50, "survivor": "best", "survivorBy": "fluency" }""")]
    public void Recipes_NameTheStages(string name, string options)
    {
        var stage = (ICorpusStage)Create(name, options);

        Assert.Equal(name, stage.Name);
        Assert.Throws<InvalidDataException>(() => Create(name, """{ "memory": 1 }"""));
    }

    [Fact]
    public void MinHash_ChoosesItsBands_AndFindsIndexesBelowTheRecipe()
    {
        Document[] documents = [SyntheticCorpus.At(0, seed: 7)];
        var first = (MinHashStage)Create("minhash", """{ "threshold": 0.8, "writeIndex": "a" }""");
        StageRun.Decide(first, documents);

        var second = (MinHashStage)Create("minhash", """{ "threshold": 0.8, "index": ["a"] }""");

        Assert.Equal(new Banding(9, 13), first.Banding);
        Assert.Equal([_folder.File("a")], _context.Inputs);
        Assert.Single(StageRun.Decide(second, documents));
    }

    private object Create(string name, string options)
    {
        using JsonDocument json = JsonDocument.Parse(options);
        return DeduplicationStages.All.Single(stage => stage.Name == name).Create(json.RootElement, _context);
    }
}
