using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>The innermost loops of the product of codes and rounded activations, for one instruction set.</summary>
/// <remarks>
/// All of them compute a row in the same order whatever the number of rows: exact integer sums within a group, groups
/// in ascending order with one fused multiply-add each.
/// </remarks>
internal abstract unsafe class QuantizedKernels
{
    private static readonly QuantizedKernels _best4 = Supported(bits: 4).First();
    private static readonly QuantizedKernels _best8 = Supported(bits: 8).First();

    private protected QuantizedKernels()
    {
    }

    /// <summary>Name in test and benchmark tables.</summary>
    public abstract string Name { get; }

    /// <summary>The most rows of a panel.</summary>
    public abstract int PanelRows { get; }

    /// <summary>The fastest kernels for codes of 4 or 8 bits.</summary>
    public static QuantizedKernels Best(int bits) => bits == 4 ? _best4 : _best8;

    /// <summary>All kernels that this processor runs, the fastest first.</summary>
    public static IEnumerable<QuantizedKernels> Supported(int bits)
    {
        if (bits == 4 && Avx512F.IsSupported && Avx512BW.IsSupported)
        {
            yield return new QuantizedKernels512();
        }

        if (AvxVnni.IsSupported && Fma.IsSupported)
        {
            yield return bits == 4
                ? new QuantizedKernels256<VnniDot, FourBits>("AvxVnni")
                : new QuantizedKernels256<VnniDot, EightBits>("AvxVnni");
        }

        if (Avx2.IsSupported && Fma.IsSupported)
        {
            yield return bits == 4
                ? new QuantizedKernels256<NibbleDot, FourBits>("Avx2")
                : new QuantizedKernels256<ByteDot, EightBits>("Avx2");
        }

        yield return new QuantizedKernels128(bits);
    }

    /// <summary>Computes a tile.</summary>
    /// <param name="tile">Its operands.</param>
    /// <param name="rows">Rows of the panel, 1 to <see cref="PanelRows"/>.</param>
    public abstract void Run(in QuantizedTile tile, int rows);
}
