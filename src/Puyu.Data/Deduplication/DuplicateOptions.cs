using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>What all corpus stages that look for duplicates have in common.</summary>
public abstract record DuplicateOptions
{
    /// <summary>Which of several duplicates stays.</summary>
    public SurvivorPolicy Survivor { get; init; } = SurvivorPolicy.First;

    /// <summary>
    /// What <see cref="Survivor"/> looks at: the key of the metadata for the newest, where null means <c>dump</c>; the
    /// name of the score for the best.
    /// </summary>
    public string? SurvivorBy { get; init; }

    /// <summary>
    /// Memory of the sorters, in MiB; what does not fit goes to files. Besides, deciding takes 8 to 12 bytes for each
    /// document, and for <see cref="SurvivorPolicy.First"/> the paths of the files that were read.
    /// </summary>
    public double MemoryMegabytes { get; init; } = 256;

    internal long MemoryBytes => (long)(MemoryMegabytes * (1 << 20));

    internal string Looked => SurvivorBy ?? "dump";

    private protected void Require(Problems problems)
    {
        problems.Require(
            Survivor != SurvivorPolicy.Best || SurvivorBy is not null, "null",
            "must name the score by which the best document stays", nameof(SurvivorBy));
        problems.Require(
            MemoryMegabytes is >= 0.0625 and <= 2048, MemoryMegabytes, "must lie in [0.0625, 2048]");
    }
}
