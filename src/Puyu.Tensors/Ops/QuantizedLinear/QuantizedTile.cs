namespace Puyu.Tensors;

/// <summary>What a kernel multiplies: 16 outputs, all inputs, the rows of a panel.</summary>
internal unsafe struct QuantizedTile
{
    /// <summary>The weights: see <see cref="Quantization.PackedLayout"/>.</summary>
    public byte* Weights;

    /// <summary>Whether groups have zeros; otherwise zero is the middle code.</summary>
    public bool HasZeros;

    /// <summary>Rounded activations [K / 4, W, 4].</summary>
    public byte* X;

    /// <summary>Scales of the activations [groups, W].</summary>
    public float* D;

    /// <summary>Origin − middle · Σ q as I32, or Σ q as F32 where there are zeros. [groups, W].</summary>
    public int* Sums;

    /// <summary>Groups of inputs.</summary>
    public int Groups;

    /// <summary>Blocks of a group: within one, sums of products of 4-bit codes fit 16 bits.</summary>
    public int Blocks;

    /// <summary>Vectors of codes of a block.</summary>
    public int Vectors;

    /// <summary>Steps of four inputs of a group.</summary>
    public int GroupSteps;

    /// <summary>2¹¹² · unit: turns the bits of an F16, moved to their places in an F32, into a scale.</summary>
    public float Multiplier;

    /// <summary>[W, 16], overwritten.</summary>
    public float* Y;

    /// <summary>The weights of the other tile of a pair.</summary>
    public byte* PairedWeights;

    /// <summary>The same as <see cref="Multiplier"/> for the other tile.</summary>
    public float PairedMultiplier;

    /// <summary>Bytes of the tile.</summary>
    public long Bytes;

    /// <summary>Bytes between this tile and the one that is computed next in its place.</summary>
    public long Gap;

    /// <summary>[8, 2, 16], for kernels that keep the sums of groups in memory.</summary>
    public float* Scratch;

    /// <summary>[W, 16], overwritten: the result of the other tile of a pair.</summary>
    public float* PairedY;

    /// <summary>Distance between rows of <see cref="Y"/> and of <see cref="PairedY"/>.</summary>
    public long Ldy;

    /// <summary>Scales, or zeros, of a pair of groups.</summary>
    public const int PairScales = 32;

    /// <summary>Scales of a group: one for each output.</summary>
    public const int Scales = 16;

    /// <summary>
    /// How far ahead weights are prefetched: processors do not look beyond a page by themselves, and memory is slow to
    /// answer.
    /// </summary>
    public const int PrefetchBytes = 4096;

    /// <summary>2¹¹²: the difference of the exponents' biases of F32 and F16.</summary>
    public const float Rebias = 5.192296858534828e33f;

    /// <summary>Sign, exponent and mantissa of an F16 that was extended to 32 bits and shifted by 13.</summary>
    public const int HalfMask = unchecked((int)0x8FFFE000);
}

/// <summary>Whether the groups of weights have zeros, known to the JIT.</summary>
internal interface IZeros
{
    static abstract bool Exist { get; }

    /// <summary>Bytes of scales and zeros of a pair of groups.</summary>
    static abstract int HeadBytes { get; }
}

internal readonly struct MiddleZeros : IZeros
{
    public static bool Exist => false;

    public static int HeadBytes => QuantizedTile.PairScales * sizeof(ushort);
}

internal readonly struct StoredZeros : IZeros
{
    public static bool Exist => true;

    public static int HeadBytes => 2 * QuantizedTile.PairScales * sizeof(ushort);
}

/// <summary>Whether groups have more than one block, known to the JIT.</summary>
internal interface IBlockCount
{
    static abstract bool AreMany { get; }
}

internal readonly struct OneBlock : IBlockCount
{
    public static bool AreMany => false;
}

internal readonly struct ManyBlocks : IBlockCount
{
    public static bool AreMany => true;
}
