using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>4- and 8-bit codes with 256-bit vectors: 16 outputs in two halves, up to 6 rows.</summary>
/// <remarks>
/// Registers: a 32-bit sum for each row and half, twelve for six rows, two for codes, one for an activation: what the
/// innermost loop needs fits the 16 registers that the VEX encoding of VNNI reaches, and twelve independent sums hide
/// its latency. The F32 sums are touched once a group.
/// </remarks>
/// <typeparam name="TDot">The instruction.</typeparam>
/// <typeparam name="TBits">Bits of a code.</typeparam>
internal sealed unsafe class QuantizedKernels256<TDot, TBits>(string name) : QuantizedKernels
    where TDot : struct, IDot
    where TBits : struct, ICodeBits
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override int PanelRows => 6;

    /// <inheritdoc/>
    public override void Run(in QuantizedTile tile, int rows)
    {
        if (tile.HasZeros)
        {
            Run<StoredZeros>(tile, rows);
        }
        else
        {
            Run<MiddleZeros>(tile, rows);
        }
    }

    private static void Run<TZeros>(in QuantizedTile tile, int rows)
        where TZeros : struct, IZeros
    {
        switch (rows)
        {
            case 1:
                Run<Rows1, TZeros>(tile);
                break;
            case 2:
                Run<Rows2, TZeros>(tile);
                break;
            case 3:
                Run<Rows3, TZeros>(tile);
                break;
            case 4:
                Run<Rows4, TZeros>(tile);
                break;
            case 5:
                Run<Rows5, TZeros>(tile);
                break;
            default:
                Run<Rows6, TZeros>(tile);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TZeros>(in QuantizedTile tile)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros
    {
        int step = TRows.Count * sizeof(int);
        byte* codes = tile.Weights;
        ushort* scales = (ushort*)codes;
        byte* x = tile.X;
        Vector256<byte> nibble = Vector256.Create((byte)15);
        int vectors = tile.Blocks * tile.Vectors;
        Vector256<float> fa0 = default, fa1 = default, fa2 = default, fa3 = default, fa4 = default,
            fa5 = default;
        Vector256<float> fb0 = default, fb1 = default, fb2 = default, fb3 = default, fb4 = default,
            fb5 = default;
        for (int group = 0; group < tile.Groups; group++)
        {
            bool isFirst = group % 2 == 0;
            scales = isFirst ? (ushort*)codes : scales + QuantizedTile.Scales;
            codes += isFirst ? TZeros.HeadBytes : 0;
            int* sums = tile.Sums + (group * TRows.Count);
            float* d = tile.D + (group * TRows.Count);
            Vector256<int> a0 = Start<TRows, TZeros>(0, sums);
            Vector256<int> b0 = a0;
            Vector256<int> a1 = Start<TRows, TZeros>(1, sums);
            Vector256<int> b1 = a1;
            Vector256<int> a2 = Start<TRows, TZeros>(2, sums);
            Vector256<int> b2 = a2;
            Vector256<int> a3 = Start<TRows, TZeros>(3, sums);
            Vector256<int> b3 = a3;
            Vector256<int> a4 = Start<TRows, TZeros>(4, sums);
            Vector256<int> b4 = a4;
            Vector256<int> a5 = Start<TRows, TZeros>(5, sums);
            Vector256<int> b5 = a5;
            for (int vector = vectors; vector > 0; vector--)
            {
                Sse.Prefetch0(codes + QuantizedTile.PrefetchBytes);
                Vector256<byte> a = Vector256.Load(codes);
                Vector256<byte> b = Vector256.Load(codes + Vector256<byte>.Count);
                Vector256<byte> lowA = TBits.Count == 4 ? a & nibble : a;
                Vector256<byte> lowB = TBits.Count == 4 ? b & nibble : b;
                Step<TRows>(0, ref a0, ref b0, lowA, lowB, x);
                Step<TRows>(1, ref a1, ref b1, lowA, lowB, x);
                Step<TRows>(2, ref a2, ref b2, lowA, lowB, x);
                Step<TRows>(3, ref a3, ref b3, lowA, lowB, x);
                Step<TRows>(4, ref a4, ref b4, lowA, lowB, x);
                Step<TRows>(5, ref a5, ref b5, lowA, lowB, x);
                x += step;
                if (TBits.Count == 4)
                {
                    Vector256<byte> highA = (a.AsUInt16() >>> 4).AsByte() & nibble;
                    Vector256<byte> highB = (b.AsUInt16() >>> 4).AsByte() & nibble;
                    Step<TRows>(0, ref a0, ref b0, highA, highB, x);
                    Step<TRows>(1, ref a1, ref b1, highA, highB, x);
                    Step<TRows>(2, ref a2, ref b2, highA, highB, x);
                    Step<TRows>(3, ref a3, ref b3, highA, highB, x);
                    Step<TRows>(4, ref a4, ref b4, highA, highB, x);
                    Step<TRows>(5, ref a5, ref b5, highA, highB, x);
                    x += step;
                }

                codes += 2 * Vector256<byte>.Count;
            }

            ushort* zeros = scales + QuantizedTile.PairScales;
            Vector256<float> scale = Halves(scales, tile.Multiplier);
            Vector256<float> zero = TZeros.Exist ? Halves(zeros, QuantizedTile.Rebias) : default;
            fa0 = Add<TRows, TZeros>(0, fa0, a0, scale, zero, d, sums);
            fa1 = Add<TRows, TZeros>(1, fa1, a1, scale, zero, d, sums);
            fa2 = Add<TRows, TZeros>(2, fa2, a2, scale, zero, d, sums);
            fa3 = Add<TRows, TZeros>(3, fa3, a3, scale, zero, d, sums);
            fa4 = Add<TRows, TZeros>(4, fa4, a4, scale, zero, d, sums);
            fa5 = Add<TRows, TZeros>(5, fa5, a5, scale, zero, d, sums);
            scale = Halves(scales + 8, tile.Multiplier);
            zero = TZeros.Exist ? Halves(zeros + 8, QuantizedTile.Rebias) : default;
            fb0 = Add<TRows, TZeros>(0, fb0, b0, scale, zero, d, sums);
            fb1 = Add<TRows, TZeros>(1, fb1, b1, scale, zero, d, sums);
            fb2 = Add<TRows, TZeros>(2, fb2, b2, scale, zero, d, sums);
            fb3 = Add<TRows, TZeros>(3, fb3, b3, scale, zero, d, sums);
            fb4 = Add<TRows, TZeros>(4, fb4, b4, scale, zero, d, sums);
            fb5 = Add<TRows, TZeros>(5, fb5, b5, scale, zero, d, sums);
        }

        Store<TRows>(0, fa0, fb0, tile);
        Store<TRows>(1, fa1, fb1, tile);
        Store<TRows>(2, fa2, fb2, tile);
        Store<TRows>(3, fa3, fb3, tile);
        Store<TRows>(4, fa4, fb4, tile);
        Store<TRows>(5, fa5, fb5, tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Start<TRows, TZeros>(int row, int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros =>
        row < TRows.Count && !TZeros.Exist ? Vector256.Create(sums[row]) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        int row, ref Vector256<int> a, ref Vector256<int> b, Vector256<byte> codesA, Vector256<byte> codesB, byte* x)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            Vector256<sbyte> activations = Vector256.Create(*(int*)(x + (row * sizeof(int)))).AsSByte();
            a = TDot.Add(a, codesA, activations);
            b = TDot.Add(b, codesB, activations);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add<TRows, TZeros>(
        int row, Vector256<float> sum, Vector256<int> group, Vector256<float> scale, Vector256<float> zero, float* d,
        int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros
    {
        if (row >= TRows.Count)
        {
            return sum;
        }

        Vector256<float> value = Avx.ConvertToVector256Single(group);
        if (TZeros.Exist)
        {
            value = Fma.MultiplyAddNegated(zero, Vector256.Create(((float*)sums)[row]), value);
        }

        return Fma.MultiplyAdd(scale * Vector256.Create(d[row]), value, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(int row, Vector256<float> a, Vector256<float> b, in QuantizedTile tile)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            a.Store(tile.Y + (row * tile.Ldy));
            b.Store(tile.Y + (row * tile.Ldy) + Vector256<float>.Count);
        }
    }
}
