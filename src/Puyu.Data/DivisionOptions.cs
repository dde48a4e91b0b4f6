using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data;

/// <summary>What of a corpus is kept from training.</summary>
public sealed record DivisionOptions
{
    /// <summary>How similar documents are related, so that they stay on one side.</summary>
    public DeduplicationOptions Similarity { get; init; } = new();

    /// <summary>Share of the groups of related documents that is held out.</summary>
    public double HeldOutShare { get; init; } = 0.02;

    /// <summary>A namespace that is held out as a whole, with those below it. Null means none.</summary>
    public string? HeldOutNamespace { get; init; } = "System.Net.Sockets";

    /// <summary>Seed of the draw.</summary>
    public ulong Seed { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public DivisionOptions Validated()
    {
        Similarity.Validated();
        var problems = new Problems(nameof(DivisionOptions));
        problems.Require(HeldOutShare is >= 0 and < 1, HeldOutShare, "must lie in [0, 1)");
        problems.ThrowIfAny();
        return this;
    }
}
