using System.Diagnostics;
using Puyu.Abstractions;

namespace Puyu.Cli.Tests.Data;

public sealed class DataKillTests : IDisposable
{
    private const int Kills = 20;
    private const int Phases = 6; // parts, decision, parts, mixture, tokens, ledger

    private readonly DataFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Run_LosesAndDoublesNothing_KilledAtRandomPoints()
    {
        _fixture.Outputs = """
            [ { "format": "jsonl" },
              { "format": "megatron", "folder": "tokens", "tokenizer": "tokenizer.json", "shardTokens": 20000,
                "mixture": { "groups": [ { "name": "two", "sources": ["0.jsonl", "1.jsonl"], "epochs": 1.5 },
                  { "name": "others", "weight": 1, "maxEpochs": 2 } ] } } ]
            """;
        _fixture.Write(files: 4, documents: 1_500);
        _fixture.WriteTokenizer();
        string whole = Path.Combine(_fixture.Root, "whole");
        Assert.Equal(0, _fixture.Run(whole).Status);
        var random = new CounterRandom(seed: 7);

        int killed = 0;
        for (int i = 0; i < Kills; i++)
        {
            // The folder is begun anew now and then, so that there is work left to be killed at.
            if (i % Phases == 0 && Directory.Exists(_fixture.Out))
            {
                Directory.Delete(_fixture.Out, recursive: true);
            }

            killed += await KillAsync(1 + (i % Phases), TimeSpan.FromMilliseconds(random.NextInt32(60))) ? 1 : 0;
        }

        Assert.InRange(killed, Kills / 2, Kills);
        Assert.Equal(0, _fixture.Run().Status);
        Assert.Equal(_fixture.Output(whole), _fixture.Output());
        Assert.True(DataFixture.Hashes(whole, "tokens").Length > 10);
        Assert.Equal(DataFixture.Hashes(whole, "tokens"), DataFixture.Hashes(_fixture.Out, "tokens"));
        Assert.Contains("nothing to do", _fixture.Run().Output, StringComparison.Ordinal);
    }

    /// <summary>Starts a run and kills it some time after the beginning of a phase.</summary>
    /// <returns>Whether it was still at work.</returns>
    private async Task<bool> KillAsync(int phase, TimeSpan after)
    {
        using Process process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "puyu.dll"), "data", "run", _fixture.Recipe, "--out", _fixture.Out])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line
            && !line.StartsWith($"phase {phase} of {Phases}:", StringComparison.Ordinal))
        {
        }

        using var timeout = new CancellationTokenSource(after);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            process.Kill(); // SIGKILL
            await process.WaitForExitAsync();
            return true;
        }
    }
}
