using Puyu.Cli.Tests.Support;

namespace Puyu.Cli.Tests.Data;

public sealed class DataTokensTests : IDisposable
{
    private readonly DataFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Run_WritesTokens_OnWhichAModelTrains_AndGoesOnTraining()
    {
        _fixture.Outputs = """
            { "format": "tokens", "folder": "tokens", "tokenizer": "tokenizer.json", "shardTokens": 4000,
              "mixture": { "groups": [ { "name": "first", "sources": ["0.jsonl"], "weight": 3, "maxEpochs": 4 },
                { "name": "rest", "weight": 1 } ] } }
            """;
        _fixture.Write(files: 3, documents: 120);
        _fixture.WriteTokenizer();

        Tool.Result run = _fixture.Run();

        Assert.Equal("", run.Errors);
        string[][] rows = [.. run.Output.Split('\n').Select(Cells)];
        string[] first = Assert.Single(rows, row => row is ["first", ..]);
        Assert.Equal("75.00", first[4]);
        Assert.InRange(double.Parse(first[2], System.Globalization.CultureInfo.InvariantCulture), 74.5, 75.5);
        AssertExplains();
        AssertTrains();
    }

    private void AssertExplains()
    {
        string explained = string.Concat(Enumerable.Range(0, 20).Select(i =>
            Tool.Run("data", "explain", FormattableString.Invariant($"0-{i}"), "--out", _fixture.Out).Output));

        Assert.Matches(@"kept: tokens/00000-[0-9a-f]{12}\.tokens, \d+ tokens from token [\d,]+, epoch 0", explained);
        Assert.Matches(@"kept: tokens/.*, epoch 1", explained);
    }

    /// <summary>Trains to the end; then again from the middle of the epoch, and compares the models.</summary>
    private void AssertTrains()
    {
        string recipe = Path.Combine(_fixture.Root, "train.json");
        File.WriteAllText(recipe, """
            {
              "output": "OUT/model-run", "tokenizer": "OUT/tokenizer.json",
              "model": { "architecture": "internLm2", "hiddenSize": 16, "intermediateSize": 32, "layers": 1,
                "heads": 2, "kvHeads": 1, "vocabSize": 400, "maxPositions": 64 },
              "data": { "path": "OUT/run/tokens", "sequenceLength": 32, "microBatchSize": 2, "seed": 3 },
              "training": { "steps": 6, "schedule": { "peakLearningRate": 0.01, "warmupSteps": 1 },
                "checkpoints": { "intervalSteps": 2, "keepLast": 3 } },
              "threads": 1
            }
            """.Replace("OUT", _fixture.Root.Replace('\\', '/'), StringComparison.Ordinal));
        string weights = Path.Combine(_fixture.Root, "model-run", "model", "model.safetensors");

        Tool.Result train = Tool.Run("train", recipe);
        Assert.True(train.Status == 0, train.Errors);
        byte[] expected = File.ReadAllBytes(weights);
        string[] checkpoints =
            [.. Directory.GetDirectories(Path.Combine(_fixture.Root, "model-run", "checkpoints")).Order()];
        Directory.Delete(checkpoints[^1], recursive: true);
        File.Delete(weights);
        Tool.Result again = Tool.Run("train", recipe, "--resume");

        Assert.True(again.Status == 0, again.Errors);
        Assert.Contains("going on from step", again.Output, StringComparison.Ordinal);
        Assert.Equal(expected, File.ReadAllBytes(weights));
    }

    private static string[] Cells(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
