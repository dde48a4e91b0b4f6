using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>4-bit codes with 512-bit vectors: 16 outputs, up to 8 rows.</summary>
/// <remarks>
/// <para>
/// A vector of codes meets four activations of a row in every 32-bit lane. Products of a block, at most 8 steps of
/// 2 · 15 · 127, are summed in 16 bits, which spares the widening of seven steps in eight; blocks in 32 bits; groups in
/// F32.
/// </para>
/// <para>
/// Registers: for each row a sum of 16-bit, of 32-bit and of F32 lanes, 24 for eight rows; two for codes, the rest for
/// an activation and constants. Nothing spills (DOTNET_JitDisasm=Run).
/// </para>
/// </remarks>
internal sealed unsafe class QuantizedKernels512 : QuantizedKernels
{
    /// <inheritdoc/>
    public override string Name => "Avx512BW";

    /// <inheritdoc/>
    public override int PanelRows => 8;

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
            case 6:
                Run<Rows6, TZeros>(tile);
                break;
            case 7:
                Run<Rows7, TZeros>(tile);
                break;
            default:
                Run<Rows8, TZeros>(tile);
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
        Vector512<byte> nibble = Vector512.Create((byte)15);
        Vector512<float> f0 = default, f1 = default, f2 = default, f3 = default;
        Vector512<float> f4 = default, f5 = default, f6 = default, f7 = default;
        for (int group = 0; group < tile.Groups; group++)
        {
            bool isFirst = group % 2 == 0;
            scales = isFirst ? (ushort*)codes : scales + QuantizedTile.Scales;
            codes += isFirst ? TZeros.HeadBytes : 0;
            int* sums = tile.Sums + (group * TRows.Count);
            float* d = tile.D + (group * TRows.Count);
            Vector512<int> i0 = Start<TRows, TZeros>(0, sums);
            Vector512<int> i1 = Start<TRows, TZeros>(1, sums);
            Vector512<int> i2 = Start<TRows, TZeros>(2, sums);
            Vector512<int> i3 = Start<TRows, TZeros>(3, sums);
            Vector512<int> i4 = Start<TRows, TZeros>(4, sums);
            Vector512<int> i5 = Start<TRows, TZeros>(5, sums);
            Vector512<int> i6 = Start<TRows, TZeros>(6, sums);
            Vector512<int> i7 = Start<TRows, TZeros>(7, sums);
            for (int block = tile.Blocks; block > 0; block--)
            {
                Vector512<short> s0 = default, s1 = default, s2 = default, s3 = default;
                Vector512<short> s4 = default, s5 = default, s6 = default, s7 = default;
                for (int vector = tile.Vectors; vector > 0; vector--)
                {
                    Sse.Prefetch0(codes + QuantizedTile.PrefetchBytes);
                    Vector512<byte> both = Vector512.Load(codes);
                    Vector512<byte> low = both & nibble;
                    Vector512<byte> high = (both.AsUInt16() >>> 4).AsByte() & nibble;
                    s0 = Step<TRows>(0, s0, low, high, x, step);
                    s1 = Step<TRows>(1, s1, low, high, x, step);
                    s2 = Step<TRows>(2, s2, low, high, x, step);
                    s3 = Step<TRows>(3, s3, low, high, x, step);
                    s4 = Step<TRows>(4, s4, low, high, x, step);
                    s5 = Step<TRows>(5, s5, low, high, x, step);
                    s6 = Step<TRows>(6, s6, low, high, x, step);
                    s7 = Step<TRows>(7, s7, low, high, x, step);
                    codes += Vector512<byte>.Count;
                    x += 2 * step;
                }

                i0 = Widen<TRows>(0, i0, s0);
                i1 = Widen<TRows>(1, i1, s1);
                i2 = Widen<TRows>(2, i2, s2);
                i3 = Widen<TRows>(3, i3, s3);
                i4 = Widen<TRows>(4, i4, s4);
                i5 = Widen<TRows>(5, i5, s5);
                i6 = Widen<TRows>(6, i6, s6);
                i7 = Widen<TRows>(7, i7, s7);
            }

            Vector512<float> scale = Half(scales, tile.Multiplier);
            Vector512<float> zero = TZeros.Exist
                ? Half(scales + QuantizedTile.PairScales, QuantizedTile.Rebias)
                : default;
            f0 = Add<TRows, TZeros>(0, f0, i0, scale, zero, d, sums);
            f1 = Add<TRows, TZeros>(1, f1, i1, scale, zero, d, sums);
            f2 = Add<TRows, TZeros>(2, f2, i2, scale, zero, d, sums);
            f3 = Add<TRows, TZeros>(3, f3, i3, scale, zero, d, sums);
            f4 = Add<TRows, TZeros>(4, f4, i4, scale, zero, d, sums);
            f5 = Add<TRows, TZeros>(5, f5, i5, scale, zero, d, sums);
            f6 = Add<TRows, TZeros>(6, f6, i6, scale, zero, d, sums);
            f7 = Add<TRows, TZeros>(7, f7, i7, scale, zero, d, sums);
        }

        Store<TRows>(0, f0, tile);
        Store<TRows>(1, f1, tile);
        Store<TRows>(2, f2, tile);
        Store<TRows>(3, f3, tile);
        Store<TRows>(4, f4, tile);
        Store<TRows>(5, f5, tile);
        Store<TRows>(6, f6, tile);
        Store<TRows>(7, f7, tile);
    }

    /// <summary>The sum with which a group begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Start<TRows, TZeros>(int row, int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros =>
        row < TRows.Count && !TZeros.Exist ? Vector512.Create(sums[row]) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Step<TRows>(
        int row, Vector512<short> sum, Vector512<byte> low, Vector512<byte> high, byte* x, int step)
        where TRows : struct, IRowCount
    {
        if (row >= TRows.Count)
        {
            return sum;
        }

        Vector512<sbyte> first = Vector512.Create(*(int*)(x + (row * sizeof(int)))).AsSByte();
        Vector512<sbyte> second = Vector512.Create(*(int*)(x + step + (row * sizeof(int)))).AsSByte();
        sum += Avx512BW.MultiplyAddAdjacent(low, first);
        return sum + Avx512BW.MultiplyAddAdjacent(high, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen<TRows>(int row, Vector512<int> sum, Vector512<short> block)
        where TRows : struct, IRowCount =>
        row < TRows.Count ? sum + Avx512BW.MultiplyAddAdjacent(block, Vector512<short>.One) : sum;

    /// <summary>16 numbers of F16 as F32, times a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Half(ushort* source, float multiplier)
    {
        Vector512<int> bits = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source)) << 13;
        return (bits & Vector512.Create(QuantizedTile.HalfMask)).AsSingle() * Vector512.Create(multiplier);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add<TRows, TZeros>(
        int row, Vector512<float> sum, Vector512<int> group, Vector512<float> scale, Vector512<float> zero, float* d,
        int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros
    {
        if (row >= TRows.Count)
        {
            return sum;
        }

        Vector512<float> value = Avx512F.ConvertToVector512Single(group);
        if (TZeros.Exist)
        {
            value = Avx512F.FusedMultiplyAddNegated(zero, Vector512.Create(((float*)sums)[row]), value);
        }

        return Avx512F.FusedMultiplyAdd(scale * Vector512.Create(d[row]), value, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(int row, Vector512<float> sum, in QuantizedTile tile)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            sum.Store(tile.Y + (row * tile.Ldy));
        }
    }
}
