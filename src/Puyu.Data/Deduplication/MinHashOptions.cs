using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>What counts as a near duplicate for <see cref="MinHashStage"/>, and which of several stays.</summary>
public sealed record MinHashOptions : DuplicateOptions
{
    /// <summary>Hashes of a signature, k.</summary>
    public int Hashes { get; init; } = 128;

    /// <summary>What shingles are runs of.</summary>
    public ShingleUnit Unit { get; init; } = ShingleUnit.Words;

    /// <summary>Words or characters of a shingle. A shorter text is one shingle.</summary>
    public int ShingleLength { get; init; } = 5;

    /// <summary>Jaccard similarity from which a document is a duplicate.</summary>
    public double Threshold { get; init; } = 0.7;

    /// <summary>Bands of the signature; null, like <see cref="Rows"/>, for the optimum at the threshold.</summary>
    public int? Bands { get; init; }

    /// <summary>Hashes of a band; null, like <see cref="Bands"/>, for the optimum at the threshold.</summary>
    public int? Rows { get; init; }

    /// <summary>How candidates are compared.</summary>
    public Verification Verify { get; init; } = Verification.Sample;

    /// <summary>Seed of the hash functions.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Folders of indexes of earlier runs, made with the same options. Documents of the first come before those of the
    /// second and so on, and all before those of the run, whatever the policy; they are never removed.
    /// </summary>
    public IReadOnlyList<string> Index { get; init; } = [];

    /// <summary>Folder for the index of this run, which must not exist; null for none.</summary>
    public string? WriteIndex { get; init; }

    /// <summary>The banding, given or optimal.</summary>
    internal Banding Banding => Bands is { } bands && Rows is { } rows
        ? new Banding(bands, rows)
        : Banding.Optimal(Hashes, Threshold);

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public MinHashOptions Validated()
    {
        var problems = new Problems(nameof(MinHashOptions));
        problems.Require(Hashes is > 0 and <= 9000, Hashes, "must lie in [1, 9000]");
        problems.Require(ShingleLength > 0, ShingleLength, "must be positive");
        problems.Require(Threshold is > 0 and < 1, Threshold, "must lie in (0, 1); use the stage exact for 1");
        problems.Require(
            Bands is null == Rows is null, Bands, "must be given together with Rows, or neither", nameof(Bands));
        problems.Require(Bands is null or > 0, Bands, "must be positive");
        problems.Require(Rows is null or > 0, Rows, "must be positive");
        problems.Require(
            (Bands ?? 1) * (long)(Rows ?? 1) <= Hashes, Bands, $"times Rows must be at most the {Hashes} hashes");
        Require(problems);
        problems.ThrowIfAny();
        return this;
    }
}
