using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>What counts as a near duplicate, and how surely it is found.</summary>
/// <remarks>
/// Two texts of similarity s become candidates with probability 1 − (1 − s^Rows)^Bands: with 14 × 8, 0.92 at s = 0.8
/// and 0.9996 at s = 0.9.
/// </remarks>
public sealed record DeduplicationOptions
{
    /// <summary>Words of a shingle. A shorter text is one shingle.</summary>
    public int ShingleWords { get; init; } = 5;

    /// <summary>Bands of the signature: texts that agree in one become candidates.</summary>
    public int Bands { get; init; } = 14;

    /// <summary>Hashes of a band.</summary>
    public int Rows { get; init; } = 8;

    /// <summary>
    /// Share of equal hashes, an estimate of the Jaccard similarity, from which a text is a duplicate.
    /// </summary>
    public double Threshold { get; init; } = 0.8;

    /// <summary>Seed of the hash functions.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public DeduplicationOptions Validated()
    {
        var problems = new Problems(nameof(DeduplicationOptions));
        problems.Require(ShingleWords > 0, ShingleWords, "must be positive");
        problems.Require(Bands is > 0 and <= 1024, Bands, "must lie in [1, 1024]");
        problems.Require(Rows is > 0 and <= 64, Rows, "must lie in [1, 64]");
        problems.Require(Threshold is > 0 and <= 1, Threshold, "must lie in (0, 1]");
        problems.ThrowIfAny();
        return this;
    }
}
