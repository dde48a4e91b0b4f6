namespace Puyu.Tensors;

/// <summary>What a worker keeps while it decodes a part of a context.</summary>
/// <param name="memory"><see cref="Floats"/> floats.</param>
/// <param name="layout">Where the heads are.</param>
internal readonly unsafe struct DecodeScratch(float* memory, QkvLayout layout)
{
    private const int Keys = AttentionTiles.Keys;

    private readonly int _lanes = Lanes(layout);
    private readonly int _group = layout.GroupSize * layout.HeadDim;

    /// <summary>[64] each: scales and zeros of the keys of a tile.</summary>
    public float* KeyScales => memory;

    /// <inheritdoc cref="KeyScales"/>
    public float* KeyZeros => memory + Keys;

    /// <summary>[64] each: scales and zeros of the values of a tile.</summary>
    public float* ValueScales => memory + (2 * Keys);

    /// <inheritdoc cref="ValueScales"/>
    public float* ValueZeros => memory + (3 * Keys);

    /// <summary>[queries up to a multiple of 16]: factor for what was summed before.</summary>
    public float* Rescale => memory + (4 * Keys);

    /// <summary>The same: of this tile.</summary>
    public float* Tile => Rescale + _lanes;

    /// <summary>[queries, E], scaled.</summary>
    public float* Queries => Tile + _lanes;

    /// <summary>[queries, 64].</summary>
    public float* Scores => Queries + _group;

    /// <summary>Floats of one worker.</summary>
    public static long Floats(QkvLayout layout) =>
        (4 * Keys) + (2 * Lanes(layout)) + (layout.GroupSize * ((long)layout.HeadDim + Keys));

    /// <summary>Queries of a group, rounded up to whole vectors.</summary>
    public static int Lanes(QkvLayout layout) => AttentionTiles.RoundUp(layout.GroupSize, TileProduct.ColumnUnit);
}

/// <summary>What decoding gives for a part of the keys.</summary>
/// <param name="memory"><see cref="Floats"/> floats.</param>
/// <param name="layout">Where the heads are.</param>
internal readonly unsafe struct DecodePart(float* memory, QkvLayout layout)
{
    private readonly int _lanes = DecodeScratch.Lanes(layout);

    /// <summary>[queries up to a multiple of 16]: greatest score.</summary>
    public float* Maximum => memory;

    /// <summary>The same: sum of exponentials.</summary>
    public float* Sum => memory + _lanes;

    /// <summary>[queries, E]: sum of values times exponentials.</summary>
    public float* Outputs => memory + (2 * _lanes);

    /// <summary>Floats of one part.</summary>
    public static long Floats(QkvLayout layout) =>
        (2L * DecodeScratch.Lanes(layout)) + ((long)layout.GroupSize * layout.HeadDim);
}
