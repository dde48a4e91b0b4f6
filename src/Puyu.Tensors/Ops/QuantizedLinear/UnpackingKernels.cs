using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>
/// Kernels for many rows: a tile is unpacked once, to bytes and F32 scales, and then meets every panel of rows.
/// </summary>
/// <remarks>
/// An unpacked tile begins with room for the F32 sums of a panel; then follow for each group its scales [16], its zeros
/// [16] where there are any, and its codes in steps of four inputs [group / 4, 16, 4].
/// </remarks>
/// <param name="bits">Of a packed code, 4 or 8.</param>
/// <param name="panelRows">The most rows of a panel.</param>
internal abstract unsafe class UnpackingKernels(int bits, int panelRows) : QuantizedKernels
{
    /// <summary>
    /// How far ahead operands are brought from the second-level cache: by themselves processors do so too late.
    /// </summary>
    private protected const int PrefetchBytes = 1024;

    private protected const int Outputs = PackedLayout.TileOutputs;

    /// <inheritdoc/>
    public override int PanelRows => panelRows;

    /// <inheritdoc/>
    public override bool Unpacks => true;

    /// <summary>Bytes before an unpacked tile, in which the sums of a panel stand.</summary>
    private int RoomBytes => panelRows * Outputs * sizeof(float);

    /// <inheritdoc/>
    public override long UnpackedBytes(PackedLayout layout) => RoomBytes + (long)layout.Groups
        * ((layout.Group * Outputs) + ((layout.Scheme.IsSymmetric ? 1 : 2) * Outputs * sizeof(float)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Unpack(in QuantizedTile tile, byte* target)
    {
        target += RoomBytes;
        byte* codes = tile.Weights;
        ushort* scales = (ushort*)codes;
        int headBytes = tile.HasZeros ? StoredZeros.HeadBytes : MiddleZeros.HeadBytes;
        for (int group = 0; group < tile.Groups; group++)
        {
            bool isFirst = group % 2 == 0;
            scales = isFirst ? (ushort*)codes : scales + QuantizedTile.Scales;
            codes += isFirst ? headBytes : 0;
            target = Widen(scales, tile.Multiplier, target);
            if (tile.HasZeros)
            {
                target = Widen(scales + QuantizedTile.PairScales, QuantizedTile.Rebias, target);
            }

            for (int vector = tile.Blocks * tile.Vectors; vector > 0; vector--)
            {
                Sse.Prefetch0(codes + QuantizedTile.PrefetchBytes);
                target = Unpack(codes, target);
                codes += PackedLayout.VectorBytes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Widen(ushort* source, float multiplier, byte* target)
    {
        Halves(source, multiplier).Store((float*)target);
        Halves(source + 8, multiplier).Store((float*)target + 8);
        return target + (Outputs * sizeof(float));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Unpack(byte* codes, byte* target)
    {
        Vector256<byte> a = Vector256.Load(codes);
        Vector256<byte> b = Vector256.Load(codes + Vector256<byte>.Count);
        if (bits == 4)
        {
            Vector256<byte> nibble = Vector256.Create((byte)15);
            ((a.AsUInt16() >>> 4).AsByte() & nibble).Store(target + PackedLayout.VectorBytes);
            ((b.AsUInt16() >>> 4).AsByte() & nibble)
                .Store(target + PackedLayout.VectorBytes + Vector256<byte>.Count);
            (a, b) = (a & nibble, b & nibble);
        }

        a.Store(target);
        b.Store(target + Vector256<byte>.Count);
        return target + (PackedLayout.VectorBytes * 8 / bits);
    }
}
