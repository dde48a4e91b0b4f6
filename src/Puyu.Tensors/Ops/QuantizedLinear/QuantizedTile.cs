namespace Puyu.Tensors;

/// <summary>What a kernel multiplies: 16 outputs, all inputs, the rows of a panel.</summary>
internal unsafe struct QuantizedTile
{
    /// <summary>Codes of the weights, in vectors of 64 bytes.</summary>
    public byte* Codes;

    /// <summary>F16 [groups, 16].</summary>
    public ushort* Scales;

    /// <summary>F16 [groups, 16]; null where zero is the middle code.</summary>
    public ushort* Zeros;

    /// <summary>Rounded activations [K / 4, W, 4].</summary>
    public byte* X;

    /// <summary>Scales of the activations [groups, W].</summary>
    public float* D;

    /// <summary>−middle · Σ q as I32, or Σ q as F32 where there are zeros. [groups, W].</summary>
    public int* Sums;

    /// <summary>Groups of inputs.</summary>
    public int Groups;

    /// <summary>Blocks of a group: within one, sums of products of 4-bit codes fit 16 bits.</summary>
    public int Blocks;

    /// <summary>Vectors of codes of a block.</summary>
    public int Vectors;

    /// <summary>2¹¹² · unit: turns the bits of an F16, moved to their places in an F32, into a scale.</summary>
    public float Multiplier;

    /// <summary>[W, 16], overwritten.</summary>
    public float* Y;

    /// <summary>Distance between rows of <see cref="Y"/>.</summary>
    public long Ldy;

    /// <summary>2¹¹²: the difference of the exponents' biases of F32 and F16.</summary>
    public const float Rebias = 5.192296858534828e33f;

    /// <summary>Sign, exponent and mantissa of an F16 that was extended to 32 bits and shifted by 13.</summary>
    public const int HalfMask = unchecked((int)0x8FFFE000);
}

/// <summary>Whether the groups of weights have zeros, known to the JIT.</summary>
internal interface IZeros
{
    static abstract bool Exist { get; }
}

internal readonly struct MiddleZeros : IZeros
{
    public static bool Exist => false;
}

internal readonly struct StoredZeros : IZeros
{
    public static bool Exist => true;
}
