namespace Puyu.Tensors;

/// <summary>Which elements are dropped: a pure function of the element's index.</summary>
/// <param name="Probability">Of zero; in [0, 1).</param>
/// <param name="Seed">Key of the generator.</param>
/// <param name="Stream">High half of its counter.</param>
internal readonly record struct DropoutMask(float Probability, ulong Seed, ulong Stream)
{
    /// <summary>What kept elements are multiplied by.</summary>
    public double Scale => 1 / (1 - (double)Probability);

    /// <summary>The smallest upper 24 bits of a draw that keep an element.</summary>
    public uint Threshold => (uint)Math.Ceiling(Probability * (double)(1 << 24));
}
