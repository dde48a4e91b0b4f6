namespace Puyu.Cli.Tests.Data;

public sealed class SlurmTests : IDisposable
{
    private readonly DataFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [SlurmFact]
    public async Task Executor_SubmitsJobsThatWaitForEachOther_AndTheResultIsTheSame()
    {
        _fixture.Write(files: 3, documents: 200);
        string whole = Path.Combine(_fixture.Root, "whole");
        _fixture.Run(whole);
        await using SlurmCluster cluster = await SlurmCluster.StartAsync();

        SlurmCluster.Result submitted = await cluster.RunAsync(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "puyu.dll"), "data", "run", _fixture.Recipe, "--out",
            _fixture.Out, "--executor", "slurm", "--tasks", "2", "--threads", "1", "--sbatch=--comment=puyu");
        string[] jobs =
        [
            .. submitted.Output.Split('\n').Where(line => line.StartsWith("job ", StringComparison.Ordinal))
                .Select(line => line[4..line.IndexOf(':', StringComparison.Ordinal)]),
        ];
        SlurmCluster.Result last =
            await cluster.RunAsync("srun", "--quiet", $"--dependency=afterok:{jobs[^1]}", "true");

        Assert.Equal(4, jobs.Length);
        Assert.True(last.Status == 0, Logs());
        Assert.Equal(_fixture.Output(whole), _fixture.Output());
        Assert.Contains("#SBATCH --comment=puyu", Script(0), StringComparison.Ordinal);
        Assert.Contains("#SBATCH --array=0-1", Script(0), StringComparison.Ordinal);
        Assert.DoesNotContain("--array", Script(1), StringComparison.Ordinal);
        Assert.Contains("task 1 of 2: phase 0", Logs(), StringComparison.Ordinal);
        Assert.Contains("nothing to do", _fixture.Run().Output, StringComparison.Ordinal);
    }

    private string Script(int phase) => File.ReadAllText(
        Path.Combine(_fixture.Out, "slurm", FormattableString.Invariant($"phase-{phase:00}.sbatch")));

    private string Logs() => string.Concat(
        Directory.EnumerateFiles(Path.Combine(_fixture.Out, "slurm"), "*.log").Order().Select(File.ReadAllText));
}
