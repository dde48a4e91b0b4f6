using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>512-bit vectors for many rows of 4-bit codes, two tiles at once.</summary>
/// <remarks>
/// <para>
/// Products of two pairs of a code and an activation, and their sums in 16 bits, 8 · 2 · 15 · 127 at most, are widened
/// once a block. Where multipliers and adders have ports of their own, as on AMD's cores, multiplying 64 codes and
/// adding them up costs what one instruction of 512-bit VNNI would. With two tiles a step loads 8 vectors for 12
/// products; loads, two a cycle, would be the limit otherwise.
/// </para>
/// <para>
/// Registers: a sum in 16 and one in 32 bits for each of six rows and two tiles, two for codes, one for an activation,
/// one for ones. Sums of groups, in F32, stand in memory. Nothing spills (DOTNET_JitDisasm=Run).
/// </para>
/// </remarks>
internal sealed unsafe class QuantizedKernelsUnpacked512() : UnpackingKernels(bits: 4, MaxRows)
{
    private const int MaxRows = 6;

    /// <inheritdoc/>
    public override string Name => "Avx512BW, unpacked";

    /// <inheritdoc/>
    public override int MinRows => 96;

    /// <inheritdoc/>
    public override bool Pairs => true;

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
        float* ya = (float*)tile.Weights;
        float* yb = (float*)tile.PairedWeights;
        for (int row = 0; row < TRows.Count; row++)
        {
            Vector512<float>.Zero.Store(ya + (row * Outputs));
            Vector512<float>.Zero.Store(yb + (row * Outputs));
            Sse.Prefetch0(tile.Y + (row * tile.Ldy));
            Sse.Prefetch0(tile.PairedY + (row * tile.Ldy));
        }

        byte* codes = tile.Weights + (MaxRows * Outputs * sizeof(float));
        long paired = tile.PairedWeights - tile.Weights;
        byte* x = tile.X;
        int* sums = tile.Sums;
        float* d = tile.D;
        for (int group = tile.Groups; group > 0; group--)
        {
            float* scales = (float*)codes;
            codes += (TZeros.Exist ? 2 : 1) * Outputs * sizeof(float);
            Vector512<int> a0 = Start<TRows, TZeros>(0, sums), b0 = a0;
            Vector512<int> a1 = Start<TRows, TZeros>(1, sums), b1 = a1;
            Vector512<int> a2 = Start<TRows, TZeros>(2, sums), b2 = a2;
            Vector512<int> a3 = Start<TRows, TZeros>(3, sums), b3 = a3;
            Vector512<int> a4 = Start<TRows, TZeros>(4, sums), b4 = a4;
            Vector512<int> a5 = Start<TRows, TZeros>(5, sums), b5 = a5;
            for (int block = tile.Blocks; block > 0; block--)
            {
                Vector512<short> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
                Vector512<short> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default;
                for (int vector = tile.Vectors; vector > 0; vector--)
                {
                    Vector512<byte> a = Vector512.Load(codes);
                    Vector512<byte> b = Vector512.Load(codes + paired);
                    Step<TRows>(0, ref s0, ref t0, a, b, x);
                    Step<TRows>(1, ref s1, ref t1, a, b, x);
                    Step<TRows>(2, ref s2, ref t2, a, b, x);
                    Step<TRows>(3, ref s3, ref t3, a, b, x);
                    Step<TRows>(4, ref s4, ref t4, a, b, x);
                    Step<TRows>(5, ref s5, ref t5, a, b, x);
                    a = Vector512.Load(codes + Vector512<byte>.Count);
                    b = Vector512.Load(codes + paired + Vector512<byte>.Count);
                    x += TRows.Count * sizeof(int);
                    Step<TRows>(0, ref s0, ref t0, a, b, x);
                    Step<TRows>(1, ref s1, ref t1, a, b, x);
                    Step<TRows>(2, ref s2, ref t2, a, b, x);
                    Step<TRows>(3, ref s3, ref t3, a, b, x);
                    Step<TRows>(4, ref s4, ref t4, a, b, x);
                    Step<TRows>(5, ref s5, ref t5, a, b, x);
                    codes += 2 * Vector512<byte>.Count;
                    x += TRows.Count * sizeof(int);
                }

                Widen<TRows>(0, ref a0, ref b0, s0, t0);
                Widen<TRows>(1, ref a1, ref b1, s1, t1);
                Widen<TRows>(2, ref a2, ref b2, s2, t2);
                Widen<TRows>(3, ref a3, ref b3, s3, t3);
                Widen<TRows>(4, ref a4, ref b4, s4, t4);
                Widen<TRows>(5, ref a5, ref b5, s5, t5);
            }

            Vector512<float> sa = Vector512.Load(scales);
            Vector512<float> sb = Vector512.Load((float*)((byte*)scales + paired));
            Vector512<float> za = TZeros.Exist ? Vector512.Load(scales + Outputs) : default;
            Vector512<float> zb = TZeros.Exist
                ? Vector512.Load((float*)((byte*)scales + paired) + Outputs)
                : default;
            Add<TRows, TZeros>(0, ya, yb, a0, b0, sa, sb, za, zb, d, sums);
            Add<TRows, TZeros>(1, ya, yb, a1, b1, sa, sb, za, zb, d, sums);
            Add<TRows, TZeros>(2, ya, yb, a2, b2, sa, sb, za, zb, d, sums);
            Add<TRows, TZeros>(3, ya, yb, a3, b3, sa, sb, za, zb, d, sums);
            Add<TRows, TZeros>(4, ya, yb, a4, b4, sa, sb, za, zb, d, sums);
            Add<TRows, TZeros>(5, ya, yb, a5, b5, sa, sb, za, zb, d, sums);
            sums += TRows.Count;
            d += TRows.Count;
        }

        for (int row = 0; row < TRows.Count; row++)
        {
            Vector512.Load(ya + (row * Outputs)).Store(tile.Y + (row * tile.Ldy));
            Vector512.Load(yb + (row * Outputs)).Store(tile.PairedY + (row * tile.Ldy));
        }
    }

    /// <summary>The sum with which a group begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Start<TRows, TZeros>(int row, int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros =>
        row < TRows.Count && !TZeros.Exist ? Vector512.Create(sums[row]) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        int row, ref Vector512<short> s, ref Vector512<short> t, Vector512<byte> a, Vector512<byte> b, byte* x)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            Vector512<sbyte> activations = Vector512.Create(*(int*)(x + (row * sizeof(int)))).AsSByte();
            s += Avx512BW.MultiplyAddAdjacent(a, activations);
            t += Avx512BW.MultiplyAddAdjacent(b, activations);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen<TRows>(
        int row, ref Vector512<int> a, ref Vector512<int> b, Vector512<short> s, Vector512<short> t)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            a += Avx512BW.MultiplyAddAdjacent(s, Vector512<short>.One);
            b += Avx512BW.MultiplyAddAdjacent(t, Vector512<short>.One);
        }
    }

    /// <summary>Adds a group of a row to its F32 sums of both tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TRows, TZeros>(
        int row, float* ya, float* yb, Vector512<int> a, Vector512<int> b, Vector512<float> scaleA,
        Vector512<float> scaleB, Vector512<float> zeroA, Vector512<float> zeroB, float* d, int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros
    {
        if (row >= TRows.Count)
        {
            return;
        }

        Vector512<float> dOfRow = Vector512.Create(d[row]);
        Vector512<float> valueA = Avx512F.ConvertToVector512Single(a);
        Vector512<float> valueB = Avx512F.ConvertToVector512Single(b);
        if (TZeros.Exist)
        {
            Vector512<float> sum = Vector512.Create(((float*)sums)[row]);
            valueA = Avx512F.FusedMultiplyAddNegated(zeroA, sum, valueA);
            valueB = Avx512F.FusedMultiplyAddNegated(zeroB, sum, valueB);
        }

        ya += row * Outputs;
        yb += row * Outputs;
        Avx512F.FusedMultiplyAdd(scaleA * dOfRow, valueA, Vector512.Load(ya)).Store(ya);
        Avx512F.FusedMultiplyAdd(scaleB * dOfRow, valueB, Vector512.Load(yb)).Store(yb);
    }
}
