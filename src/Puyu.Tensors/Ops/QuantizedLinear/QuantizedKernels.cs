using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>The innermost loops of the product of codes and rounded activations, for one instruction set.</summary>
/// <remarks>
/// All of them compute a row in the same order whatever the number of rows: exact integer sums within a group, groups
/// in ascending order with one fused multiply-add each.
/// </remarks>
internal abstract unsafe class QuantizedKernels
{
    /// <summary>
    /// Whether 512-bit vectors of integers are added on other ports than they are multiplied on, as by AMD; Intel has
    /// two ports for both.
    /// </summary>
    private static readonly bool _addsBesideMultiplying = IsAmd();

    private static readonly QuantizedKernels[] _four = [.. Supported(bits: 4)];
    private static readonly QuantizedKernels[] _eight = [.. Supported(bits: 8)];

    private protected QuantizedKernels()
    {
    }

    /// <summary>Name in test and benchmark tables.</summary>
    public abstract string Name { get; }

    /// <summary>The most rows of a panel.</summary>
    public abstract int PanelRows { get; }

    /// <summary>
    /// Where zero is the middle code: the beginning of a group's sum, besides what takes the middle off.
    /// </summary>
    public virtual int Origin => 0;

    /// <summary>Rows from which on others are slower.</summary>
    public virtual int MinRows => 0;

    /// <summary>Whether tiles are unpacked before they meet rows.</summary>
    public virtual bool Unpacks => false;

    /// <summary>
    /// The fastest kernels for so many rows and codes of 4 or 8 bits. A row has the same bits for any number of rows.
    /// </summary>
    public static QuantizedKernels Best(int bits, int rows)
    {
        QuantizedKernels[] all = bits == 4 ? _four : _eight;
        int best = 0;
        while (rows < all[best].MinRows)
        {
            best++;
        }

        return all[best];
    }

    /// <summary>All kernels that this processor runs, the fastest for so many rows as they are for first.</summary>
    public static IEnumerable<QuantizedKernels> Supported(int bits)
    {
        bool has512 = bits == 4 && Avx512F.IsSupported && Avx512BW.IsSupported;
        bool hasVnni = AvxVnni.IsSupported && Fma.IsSupported;
        if (QuantizedKernelsVnni512.IsSupported)
        {
            // Two tiles share activations, but one or two panels of eight divide the codes less often than panels of
            // six do (measured).
            yield return new QuantizedKernelsVnni512(bits, tiles: 2, minRows: 17);
            yield return new QuantizedKernelsVnni512(bits, tiles: 1, minRows: 5);
            yield return new QuantizedKernelsVnni512(bits, tiles: 2, minRows: 0);
        }

        if (has512 && _addsBesideMultiplying)
        {
            yield return new QuantizedKernelsUnpacked512();
            yield return new QuantizedKernels512();
        }

        if (hasVnni)
        {
            yield return new QuantizedKernelsUnpacked256(bits);
        }

        if (has512 && !_addsBesideMultiplying)
        {
            yield return new QuantizedKernels512();
            yield return new QuantizedKernelsUnpacked512();
        }

        if (hasVnni)
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

    /// <summary>Whether two tiles are computed at once.</summary>
    public virtual bool Pairs => false;

    /// <summary>Bytes of an unpacked tile.</summary>
    public virtual long UnpackedBytes(PackedLayout layout) => 0;

    /// <summary>Unpacks a tile, for <see cref="Run"/>.</summary>
    /// <param name="tile">With packed weights; operands that are not weights are not read.</param>
    /// <param name="target"><see cref="UnpackedBytes"/>, overwritten.</param>
    public virtual void Unpack(in QuantizedTile tile, byte* target) =>
        throw new NotSupportedException($"{Name} kernels read packed weights");

    private static bool IsAmd()
    {
        if (!X86Base.IsSupported)
        {
            return false;
        }

        (int _, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        return (ebx, edx, ecx) == (0x68747541, 0x69746E65, 0x444D4163); // "Auth", "enti", "cAMD"
    }

    /// <summary>8 numbers of F16 as F32, times a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static Vector256<float> Halves(ushort* source, float multiplier)
    {
        Vector256<int> bits = Avx2.ConvertToVector256Int32((short*)source) << 13;
        return (bits & Vector256.Create(QuantizedTile.HalfMask)).AsSingle() * Vector256.Create(multiplier);
    }
}
