using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>
/// Removes documents that repeat a better one nearly: MinHash signatures, cut into bands (LSH), in bounded memory.
/// </summary>
/// <remarks>
/// With a verification, documents are gone through from the best to the worst, and one goes if it shares a band with,
/// and is similar enough to, one that stays; so every document that goes is similar to the one it is said to repeat.
/// Without, of each cluster of documents that shared bands connect the best stays. A document without words stays.
/// Sources: Broder, On the Resemblance and Containment of Documents, 1997; Leskovec et al., Mining of Massive Datasets,
/// ch. 3; docs/deduplication.md.
/// </remarks>
public sealed class MinHashStage : ICorpusStage
{
    private readonly MinHashOptions _options;
    private readonly MinHash _minHash;

    /// <summary>Makes the stage.</summary>
    /// <param name="options">Validated here.</param>
    /// <exception cref="Abstractions.OptionsException">A value is out of range.</exception>
    public MinHashStage(MinHashOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _minHash = new MinHash(options.Hashes, options.Seed);
        Banding = options.Banding;
    }

    /// <inheritdoc/>
    public string Name => "minhash";

    /// <summary>How signatures are cut.</summary>
    public Banding Banding { get; }

    /// <inheritdoc/>
    public void Summarize(IEnumerable<Document> part, Stream summary)
    {
        ArgumentNullException.ThrowIfNull(part);
        var writer = new SummaryWriter(summary);
        var shingler = new Shingler(_options.Unit, _options.ShingleLength);
        var payload = new SignaturePayload(_options);
        uint[] signature = new uint[_minHash.Stride];
        byte[] buffer = [];
        foreach (Document document in part)
        {
            Span<ulong> shingles = shingler.Cut(document.Text);
            _minHash.Sign(shingles, signature);
            writer.Write(
                document, Priority.Of(document, _options),
                payload.Of(signature.AsSpan(0, _minHash.Hashes), shingles, ref buffer));
        }

        writer.Flush();
    }

    /// <inheritdoc/>
    public IEnumerable<Decision> Decide(IReadOnlyList<string> summaries, string folder)
    {
        using var clusters = new MinHashClusters(_options, Banding, summaries, folder);
        foreach (Decision decision in clusters.Decide())
        {
            yield return decision;
        }
    }

    /// <inheritdoc/>
    public Document? Apply(Document document, Decision decision) => null;
}
