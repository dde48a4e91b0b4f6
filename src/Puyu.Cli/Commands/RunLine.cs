using Puyu.Abstractions;

namespace Puyu.Cli.Commands;

/// <summary>What <c>puyu data run</c> was asked for.</summary>
internal sealed record RunLine(
    string Recipe, string Output, int Threads, int? Tasks, int? Rank, int? Phase, bool IsSlurm,
    IReadOnlyList<string> Sbatch)
{
    /// <summary>Throws with everything wrong with it.</summary>
    public void Validate()
    {
        var problems = new Problems("data run");
        problems.Require(Threads > 0, Threads, "must be positive", "--threads");
        problems.Require(Tasks is null or > 0, Tasks, "must be positive", "--tasks");
        problems.Require(
            IsSlurm || Tasks is null == Rank is null, Rank is null ? "missing" : "there",
            "must be given if and only if --tasks is", "--rank");
        problems.Require(
            Rank is null || (Rank >= 0 && Rank < (Tasks ?? int.MaxValue)), Rank, $"must lie in [0, {Tasks})", "--rank");
        problems.Require(Phase is null || Rank is not null, Phase, "must not be given without --rank", "--phase");
        problems.Require(Phase is null or >= 0, Phase, "must not be negative", "--phase");
        problems.Require(
            !IsSlurm || (Tasks is not null && Rank is null), Tasks is null ? "no --tasks" : "--rank",
            "must be --tasks alone: how many tasks share a phase", "what goes with --executor slurm");
        problems.Require(
            IsSlurm || Sbatch.Count == 0, string.Join(' ', Sbatch), "must not be given without --executor slurm",
            "--sbatch");
        problems.ThrowIfAny();
    }
}
