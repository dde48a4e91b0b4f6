using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data;

/// <summary>Where a corpus comes from, and how it is cleaned and divided.</summary>
public sealed record CorpusOptions
{
    /// <summary>
    /// A folder of .xml documentation, or of .txt, .md and .jsonl documents, read with its subfolders. Null means the
    /// reference packs of the .NET SDK.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>What counts as a duplicate.</summary>
    public DeduplicationOptions Deduplication { get; init; } = new();

    /// <summary>Share of the groups of related documents that is held out.</summary>
    public double HeldOutShare { get; init; } = 0.02;

    /// <summary>A namespace that is held out as a whole, with those below it. Null means none.</summary>
    public string? HeldOutNamespace { get; init; } = "System.Net.Sockets";

    /// <summary>Seed of the division.</summary>
    public ulong Seed { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public CorpusOptions Validated()
    {
        Deduplication.Validated();
        var problems = new Problems(nameof(CorpusOptions));
        problems.Require(HeldOutShare is >= 0 and < 1, HeldOutShare, "must lie in [0, 1)");
        problems.Require(
            Folder is not "", "\"\"", "must name a folder, or be null for the reference packs", nameof(Folder));
        problems.ThrowIfAny();
        return this;
    }
}
