using System.Text.Json;
using Puyu.Cli.Tests.Support;

namespace Puyu.Cli.Tests.Data;

public sealed class DataRunTests : IDisposable
{
    private readonly DataFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Run_PrintsTheFunnel_AndTheLedgerAnswers()
    {
        _fixture.Write(files: 2, documents: 300);

        Tool.Result run = _fixture.Run();

        Assert.Equal("", run.Errors);
        Assert.Equal(0, run.Status);
        string[][] rows = [.. run.Output.Split('\n').Select(Cells)];
        Assert.Contains(rows, row => row is ["read", "600", "600", ..]);
        Assert.Contains(rows, row => row is ["dedup", "exact", ..]);
        Assert.Contains(rows, row => row is ["output", { } kept, ..] && kept == $"{_fixture.Output().Length}");
        AssertExplainsAKeptOne();
        AssertExplainsADuplicate();
        AssertCountsOtherBounds();
        AssertFitsBounds();
        Assert.Contains("nothing to do", _fixture.Run().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ByShards_GivesTheSame()
    {
        _fixture.Write(files: 2, documents: 300);
        string other = Path.Combine(_fixture.Root, "other");
        _fixture.Run(other);

        string last = "";
        for (int i = 0; i < 8 && !last.Contains("the run is done", StringComparison.Ordinal); i++)
        {
            _fixture.Run(null, "--tasks", "2", "--rank", "1");
            last = _fixture.Run(null, "--tasks", "2", "--rank", "0").Output;
        }

        Assert.Contains("the run is done", last, StringComparison.Ordinal);
        Assert.Equal(_fixture.Output(other), _fixture.Output());
    }

    [Theory]
    [InlineData("--rank is missing but must be given if and only if --tasks is", "--tasks", "2")]
    [InlineData("--rank is 2 but must lie in [0, 2)", "--tasks", "2", "--rank", "2")]
    [InlineData("--threads is 0 but must be positive", "--threads", "0")]
    [InlineData("no --tasks but must be --tasks alone", "--executor", "slurm")]
    public void Run_SaysWhatIsWrongWithTheLine(string problem, params string[] options)
    {
        _fixture.Write(files: 1, documents: 1);

        Tool.Result run = _fixture.Run(null, options);

        Assert.Equal(1, run.Status);
        Assert.Contains(problem, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SaysWhatIsWrongWithTheRecipe()
    {
        File.WriteAllText(
            _fixture.Recipe, """{ "sources": [ { "path": "*.docx", "format": "docx" } ], "steps": [] }""");

        Tool.Result run = _fixture.Run();

        Assert.Equal(1, run.Status);
        Assert.Contains("sources[0].format is 'docx' but must be one of", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain", "x", "--out", "nowhere")]
    [InlineData("what-if", "--stage", "a", "--measure", "b", "--min", "1", "--out", "nowhere")]
    [InlineData("fit", "--stage", "a", "--measure", "b", "--out", "nowhere")]
    public void Ledger_SaysThatNoRunWasFinished(params string[] line)
    {
        Tool.Result result = Tool.Run(["data", .. line]);

        Assert.Equal(1, result.Status);
        Assert.Contains("nowhere has no ledger.db", result.Errors, StringComparison.Ordinal);
    }

    private void AssertExplainsAKeptOne()
    {
        string line = _fixture.Output()[0];
        string id = line.Split('"')[3];
        string text = line.Split('"')[7];

        Tool.Result byId = Tool.Run("data", "explain", id, "--out", _fixture.Out);
        Tool.Result byText = Tool.Run("data", "explain", text.ToUpperInvariant(), "--out", _fixture.Out);

        Assert.Contains($"{id}  read at ", byId.Output, StringComparison.Ordinal);
        Assert.Contains("clean/size: bytes ", byId.Output, StringComparison.Ordinal);
        Assert.Contains("kept: out/", byId.Output, StringComparison.Ordinal);
        Assert.Contains(byId.Output, byText.Output, StringComparison.Ordinal);
    }

    private void AssertExplainsADuplicate()
    {
        string text = _fixture.Output().Select(line => line.Split('"')[7]).First(text => Tool.Run(
            "data", "explain", text, "--out", _fixture.Out).Output.Contains("removed by", StringComparison.Ordinal));

        string explained = Tool.Run("data", "explain", text, "--out", _fixture.Out).Output;

        Assert.Contains("removed by dedup/exact: ", explained, StringComparison.Ordinal);
        Assert.Contains("because of ", explained, StringComparison.Ordinal);
        Assert.Contains("which is kept: out/", explained, StringComparison.Ordinal);
    }

    private void AssertCountsOtherBounds()
    {
        Tool.Result result = Tool.Run(
            "data", "what-if", "--out", _fixture.Out, "--stage", "size", "--measure", "bytes", "--min", "100000");

        Assert.Equal(0, result.Status);
        Assert.Contains("size, bytes in [40, Infinity]: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("bytes in [100000, Infinity]: 0 of 600 would stay", result.Output, StringComparison.Ordinal);
    }

    private void AssertFitsBounds()
    {
        string path = Path.Combine(_fixture.Out, "bounds.json");

        Tool.Result result = Tool.Run(
            "data", "fit", "--out", _fixture.Out, "--stage", "size", "--measure", "bytes", "--percentile", "10",
            "--write", path);

        Assert.Equal(0, result.Status);
        Assert.Contains("size, bytes: 600 documents", result.Output, StringComparison.Ordinal);
        using JsonDocument stages = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement stage = Assert.Single(stages.RootElement.EnumerateArray());
        Assert.Equal("size", stage.GetProperty("stage").GetString());
        Assert.True(stage.GetProperty("min").GetProperty("bytes").GetSingle() > 0);
        Assert.False(stage.TryGetProperty("max", out _)); // the run has none
    }

    private static string[] Cells(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
