using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>Finds texts that repeat an earlier text, exactly or nearly.</summary>
/// <remarks>
/// The first of equal texts stays. After that, in order, a text is removed if it is similar enough to an earlier one
/// that stays; so every removed text has a similar one that is kept, and similarity is not chained. The result depends
/// on the order of the texts and the options only, not on the number of threads.
/// </remarks>
internal static class Deduplicator
{
    /// <summary>Compares texts.</summary>
    /// <param name="texts">The texts, best first: earlier ones stay.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static Duplicates Find(
        IReadOnlyList<string> texts, DeduplicationOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        uint[][] signatures = new uint[texts.Count][];
        UInt128[] fingerprints = Sign(texts, options, signatures, cancellationToken);
        int[] duplicateOf = new int[texts.Count];
        var first = new Dictionary<UInt128, int>(texts.Count);
        var index = new BandIndex(new Banding(options.Bands, options.Rows));
        int exact = 0;
        int near = 0;
        for (int text = 0; text < texts.Count; text++)
        {
            ref int original =
                ref CollectionsMarshal.GetValueRefOrAddDefault(first, fingerprints[text], out bool isExact);
            if (isExact)
            {
                // An exact copy of a near duplicate is attributed to the text that stays.
                duplicateOf[text] = duplicateOf[original] == Duplicates.Kept ? original : duplicateOf[original];
                exact++;
                continue;
            }

            original = text;
            uint[] signature = signatures[text];
            duplicateOf[text] = index.Find(
                signature, other => MinHash.Similarity(signature, signatures[other]) >= options.Threshold);
            if (duplicateOf[text] == Duplicates.Kept)
            {
                index.Add(text, signature);
            }
            else
            {
                near++;
            }
        }

        return new Duplicates(duplicateOf, exact, near);
    }

    private static UInt128[] Sign(
        IReadOnlyList<string> texts, DeduplicationOptions options, uint[][] signatures,
        CancellationToken cancellationToken)
    {
        const int Chunk = 512;
        var minHash = new MinHash(options.Bands * options.Rows, options.Seed);
        UInt128[] fingerprints = new UInt128[texts.Count];
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, (texts.Count + Chunk - 1) / Chunk, parallel, chunk =>
        {
            var shingler = new Shingler(ShingleUnit.Words, options.ShingleWords);
            uint[] signature = new uint[minHash.Stride];
            for (int text = chunk * Chunk; text < Math.Min(texts.Count, (chunk + 1) * Chunk); text++)
            {
                minHash.Sign(shingler.Cut(texts[text]), signature);
                fingerprints[text] = Words.Fingerprint(shingler.Units);
                signatures[text] = signature[..minHash.Hashes];
            }
        });
        return fingerprints;
    }
}

/// <summary>Which texts repeat which.</summary>
/// <param name="Of">For each text, the earlier text it repeats, or <see cref="Kept"/>.</param>
/// <param name="Exact">Texts that equal an earlier one but for case, space and punctuation.</param>
/// <param name="Near">Texts that are similar to an earlier one.</param>
internal sealed record Duplicates(IReadOnlyList<int> Of, int Exact, int Near)
{
    /// <summary>Stands for the earlier text of a text that stays.</summary>
    public const int Kept = -1;
}
