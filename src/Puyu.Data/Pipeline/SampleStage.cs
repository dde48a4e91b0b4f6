namespace Puyu.Data.Pipeline;

/// <summary>
/// Draws a number in [0, 1) for every document, to keep a share of a corpus: the document's key and the seed alone
/// decide, so a sample stays the same when files are added.
/// </summary>
/// <param name="seed">Seed of the recipe: another one draws another sample.</param>
public sealed class SampleStage(ulong seed) : IStage
{
    private const float UnitPer24Bits = 1f / (1 << 24);

    /// <inheritdoc/>
    public string Name => "sample";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } = [new("draw")];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(document);
        ulong bits = Hashing.Mix((ulong)document.Source.Key ^ Hashing.Mix(seed));
        values[0] = (bits >> 40) * UnitPer24Bits;
        return new StageResult(document);
    }
}
