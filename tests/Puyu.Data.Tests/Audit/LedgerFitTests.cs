using System.Globalization;
using System.Text.Json;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;

namespace Puyu.Data.Tests.Audit;

public sealed class LedgerFitTests : IDisposable
{
    private const string Sizes = """
        [ { "name": "read", "stages": [ { "stage": "sample" } ] },
          { "name": "clean", "stages": [ { "stage": "size", "max": { "characters": 5000 } } ] } ]
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly ThresholdFitOptions _options =
        new ThresholdFitOptions { LowerPercentile = 10, UpperPercentile = 90 }.Validated();

    public LedgerFitTests()
    {
        // 101 notes of 100 to 200 characters, 101 books of 1,000 more, in a folder of their own.
        Directory.CreateDirectory(_folder.File("books"));
        Write("notes.jsonl", "note", 100);
        Write(Path.Combine("books", "books.jsonl"), "book", 1100);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_FitsEachValueOfAMetadataKey()
    {
        Recipe recipe = Run(Sizes);

        LedgerFit fit = LedgerFit.Of(Question("kind", recipe), _options, nearest: 1, default);

        Assert.Equal(202, fit.Documents);
        Assert.Equal(["*", "book", "note"], fit.Bounds.Keys);
        Assert.Equal((null, 190f), (fit.Bounds["note"].Min, fit.Bounds["note"].Max));
        Assert.Equal(1190, fit.Bounds["book"].Max);
        Assert.Equal(["book-90", "note-90"], fit.Borderline.Select(sample => sample.Id));
    }

    [Fact]
    public void Of_FitsFolders_WithoutTheRecipe()
    {
        Run(Sizes);

        LedgerFit fit = LedgerFit.Of(
            Question(LedgerFit.BySource, null) with { Side = BoundSide.Both }, _options, nearest: 0, default);

        Assert.Equal(["", "*", "books"], fit.Bounds.Keys);
        Assert.Equal((1110f, 1190f), (fit.Bounds["books"].Min, fit.Bounds["books"].Max));
    }

    [Fact]
    public void Of_SaysWhatIsMissing()
    {
        Recipe recipe = Run(Sizes);
        Recipe other = Recipe(Sizes.Replace("5000", "4000", StringComparison.Ordinal));

        Assert.Contains("recipe", Assert.Throws<ArgumentException>(
            () => LedgerFit.Of(Question("kind", null), _options, 0, default)).Message, StringComparison.Ordinal);
        Assert.Contains("this recipe", Assert.Throws<InvalidDataException>(
            () => LedgerFit.Of(Question("kind", other), _options, 0, default)).Message, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(_folder.File("run"), "work", "00-read"), recursive: true);
        Assert.Contains("is gone", Assert.Throws<InvalidDataException>(
            () => LedgerFit.Of(Question("kind", recipe), _options, 0, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_KeepsToTheBoundsOfEachDomain()
    {
        Run("""
            [ { "name": "clean", "stages": [
                { "stage": "size", "only": { "kind": ["note"] }, "max": { "characters": 150 } },
                { "stage": "size", "except": { "kind": ["note"] }, "max": { "characters": 1120 } } ] } ]
            """);
        using LedgerDatabase ledger = LedgerDatabase.Open(_folder.File("run"));

        Assert.Equal([50, 80], ledger.Funnel().Stages.Select(stage => stage.Removed));
        Assert.Equal(0, ledger.WhatIf("clean/size#2", "characters", bound => bound with { Max = 1120 }).NewlyRemoved);
        Assert.Equal(20, ledger.WhatIf("clean/size#2", "characters", bound => bound with { Max = 1100 }).NewlyRemoved);
    }

    [Theory]
    [InlineData("""{ "stage": "exact", "only": { "kind": ["note"] } }""", "whole corpus")]
    [InlineData("""{ "stage": "size", "only": {} }""", "only is empty")]
    [InlineData("""{ "stage": "size", "except": { "kind": "note" } }""", "must be a list")]
    public void Recipe_RefusesScopesThatMeanNothing(string stage, string expected)
    {
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(
            () => Recipe($$"""[ { "name": "clean", "stages": [ {{stage}} ] } ]""")).Message, StringComparison.Ordinal);
    }

    private FitQuestion Question(string? by, Recipe? recipe) =>
        new(_folder.File("run"), "size", "characters", by, recipe);

    private Recipe Run(string steps)
    {
        Recipe recipe = Recipe(steps);
        PipelineRun.Create(recipe, _folder.File("run"), default).Run(threads: 2, null, default);
        return recipe;
    }

    private Recipe Recipe(string steps)
    {
        string path = _folder.File("recipe.json");
        File.WriteAllText(path, $$"""
            { "sources": [ { "path": "*.jsonl" }, { "path": "books/*.jsonl" } ], "steps": {{steps}} }
            """);
        return Data.Pipeline.Recipe.Load(path, StageCatalog.BuiltIn, _ => { });
    }

    private void Write(string file, string kind, int shortest) => File.WriteAllLines(
        _folder.File(file), Enumerable.Range(0, 101).Select(i => JsonSerializer.Serialize(new
        {
            id = string.Create(CultureInfo.InvariantCulture, $"{kind}-{i}"),
            text = new string('a', shortest + i),
            kind,
        })));
}
