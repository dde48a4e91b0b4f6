namespace Puyu.Data.Deduplication;

/// <summary>How two documents that share a band are compared before one goes.</summary>
public enum Verification
{
    /// <summary>
    /// Not at all: whatever a chain of shared bands connects is one cluster, as dissimilar as its ends may be.
    /// </summary>
    None,

    /// <summary>By their signatures: the share of equal hashes must reach the threshold.</summary>
    Estimate,

    /// <summary>
    /// By their signatures where those say enough: where the share of equal hashes is within four standard errors of
    /// the threshold, by the shingles below a hash, some 1,024 of them: all of a text of that many words, so exactly,
    /// and with a standard error of 0.013 at 0.7 for longer ones. Keeps 4 bytes on disk for each of them.
    /// </summary>
    Sample,

    /// <summary>
    /// By their shingles: the Jaccard similarity must reach the threshold. Keeps 8 bytes on disk for each shingle, more
    /// than the text.
    /// </summary>
    Exact,
}
