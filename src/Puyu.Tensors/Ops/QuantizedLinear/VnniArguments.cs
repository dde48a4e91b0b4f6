using System.Runtime.InteropServices;

namespace Puyu.Tensors;

/// <summary>
/// What a routine of <see cref="VnniRoutine"/> reads, by the address it gets: see <see cref="QuantizedTile"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VnniArguments
{
    /// <summary>The first tile.</summary>
    public byte* Weights;

    /// <summary>The second tile; not read where there is one.</summary>
    public byte* PairedWeights;

    /// <summary>Rounded activations.</summary>
    public byte* X;

    /// <summary>Their scales.</summary>
    public float* D;

    /// <summary>What their sums take off.</summary>
    public int* Sums;

    /// <summary>Results of the first tile.</summary>
    public float* Y;

    /// <summary>Results of the second tile.</summary>
    public float* PairedY;

    /// <summary>Bytes between rows of results.</summary>
    public long Stride;

    /// <summary>Pairs of groups, at least 1; not read where there are none.</summary>
    public long Pairs;

    /// <summary>Turns the bits of an F16 into a scale.</summary>
    public float Multiplier;

    /// <summary>The same for the second tile.</summary>
    public float PairedMultiplier;

    /// <summary>Turns the bits of an F16 into a zero.</summary>
    public float Rebias;

    /// <summary><see cref="QuantizedTile.HalfMask"/>.</summary>
    public int HalfMask;

    /// <summary>15 in each byte.</summary>
    public int NibbleMask;
}
