using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>4-bit codes with 512-bit vectors: two tiles of 16 outputs, up to 8 rows.</summary>
/// <remarks>
/// <para>
/// A vector of codes meets four activations of a row in every 32-bit lane. Products of a block, at most 8 steps of
/// 2 · 15 · 127, are summed in 16 bits, which spares the widening of seven steps in eight; groups in F32. Where
/// multipliers and adders have ports of their own, as on AMD's cores, multiplying 64 codes and adding them up costs
/// what one instruction of 512-bit VNNI would. Two tiles share an activation: loads, two a cycle, would be the limit
/// otherwise.
/// </para>
/// <para>
/// Registers: for each row and tile a sum of 16-bit lanes, 16 for eight rows; four for codes, the rest for an
/// activation and constants. Groups of several blocks, whose sums in 32 bits need registers too, are computed four rows
/// at a time. Sums of groups, in F32, stand in memory. Nothing spills (DOTNET_JitDisasm=Run).
/// </para>
/// </remarks>
internal sealed unsafe class QuantizedKernels512 : QuantizedKernels
{
    private const int Outputs = PackedLayout.TileOutputs;
    private const int MaxRows = 8;

    /// <summary>Rows of a pass over groups of several blocks.</summary>
    private const int BlockRows = 4;

    /// <inheritdoc/>
    public override string Name => "Avx512BW";

    /// <inheritdoc/>
    public override int PanelRows => MaxRows;

    /// <inheritdoc/>
    public override bool Pairs => true;

    /// <inheritdoc/>
    public override void Run(in QuantizedTile tile, int rows)
    {
        int pass = tile.Blocks == 1 ? MaxRows : BlockRows;
        for (int first = 0; first < rows; first += pass)
        {
            Run(tile, rows, first, Math.Min(pass, rows - first));
        }
    }

    /// <summary>Computes some rows of a panel.</summary>
    private static void Run(in QuantizedTile tile, int width, int first, int rows)
    {
        bool hasZeros = tile.HasZeros;
        if (tile.Blocks > 1)
        {
            if (hasZeros)
            {
                Run<StoredZeros, ManyBlocks>(tile, width, first, rows);
            }
            else
            {
                Run<MiddleZeros, ManyBlocks>(tile, width, first, rows);
            }
        }
        else if (hasZeros)
        {
            Run<StoredZeros, OneBlock>(tile, width, first, rows);
        }
        else
        {
            Run<MiddleZeros, OneBlock>(tile, width, first, rows);
        }
    }

    private static void Run<TZeros, TBlocks>(in QuantizedTile tile, int width, int first, int rows)
        where TZeros : struct, IZeros
        where TBlocks : struct, IBlockCount
    {
        switch (rows)
        {
            case 1:
                Run<Rows1, TZeros, TBlocks>(tile, width, first);
                break;
            case 2:
                Run<Rows2, TZeros, TBlocks>(tile, width, first);
                break;
            case 3:
                Run<Rows3, TZeros, TBlocks>(tile, width, first);
                break;
            case 4:
                Run<Rows4, TZeros, TBlocks>(tile, width, first);
                break;
            case 5:
                Run<Rows5, TZeros, TBlocks>(tile, width, first);
                break;
            case 6:
                Run<Rows6, TZeros, TBlocks>(tile, width, first);
                break;
            case 7:
                Run<Rows7, TZeros, TBlocks>(tile, width, first);
                break;
            default:
                Run<Rows8, TZeros, TBlocks>(tile, width, first);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TZeros, TBlocks>(in QuantizedTile tile, int width, int first)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros
        where TBlocks : struct, IBlockCount
    {
        float* y = tile.Scratch;
        for (int row = 0; row < 2 * TRows.Count; row++)
        {
            Vector512<float>.Zero.Store(y + (row * Outputs));
        }

        byte* codes = tile.Weights;
        long paired = tile.PairedWeights - codes;
        ushort* scales = (ushort*)codes;
        int step = width * sizeof(int);
        byte* x = tile.X + (first * sizeof(int));
        int* sums = tile.Sums + first;
        float* d = tile.D + first;
        byte* beforeEnd = codes + tile.Bytes - QuantizedTile.PrefetchBytes;
        Vector512<byte> nibble = Vector512.Create((byte)15);
        for (int group = 0; group < tile.Groups; group++)
        {
            bool isFirst = group % 2 == 0;
            scales = isFirst ? (ushort*)codes : scales + QuantizedTile.Scales;
            codes += isFirst ? TZeros.HeadBytes : 0;
            byte* ahead = codes + QuantizedTile.PrefetchBytes + (codes < beforeEnd ? 0 : tile.Gap);
            Vector512<int> a0 = default, b0 = default;
            Vector512<int> a1 = default, b1 = default;
            Vector512<int> a2 = default, b2 = default;
            Vector512<int> a3 = default, b3 = default;
            Vector512<short> s0 = default, s1 = default, s2 = default, s3 = default;
            Vector512<short> s4 = default, s5 = default, s6 = default, s7 = default;
            Vector512<short> t0 = default, t1 = default, t2 = default, t3 = default;
            Vector512<short> t4 = default, t5 = default, t6 = default, t7 = default;
            for (int block = TBlocks.AreMany ? tile.Blocks : 1; block > 0; block--)
            {
                for (int vector = tile.Vectors; vector > 0; vector--)
                {
                    Sse.Prefetch0(ahead);
                    Sse.Prefetch0(ahead + paired);
                    Vector512<byte> a = Vector512.Load(codes);
                    Vector512<byte> b = Vector512.Load(codes + paired);
                    Vector512<byte> c = a & nibble;
                    Vector512<byte> e = b & nibble;
                    Step<TRows>(0, ref s0, ref t0, c, e, x);
                    Step<TRows>(1, ref s1, ref t1, c, e, x);
                    Step<TRows>(2, ref s2, ref t2, c, e, x);
                    Step<TRows>(3, ref s3, ref t3, c, e, x);
                    Step<TRows>(4, ref s4, ref t4, c, e, x);
                    Step<TRows>(5, ref s5, ref t5, c, e, x);
                    Step<TRows>(6, ref s6, ref t6, c, e, x);
                    Step<TRows>(7, ref s7, ref t7, c, e, x);
                    a = (a.AsUInt16() >>> 4).AsByte() & nibble;
                    b = (b.AsUInt16() >>> 4).AsByte() & nibble;
                    x += step;
                    Step<TRows>(0, ref s0, ref t0, a, b, x);
                    Step<TRows>(1, ref s1, ref t1, a, b, x);
                    Step<TRows>(2, ref s2, ref t2, a, b, x);
                    Step<TRows>(3, ref s3, ref t3, a, b, x);
                    Step<TRows>(4, ref s4, ref t4, a, b, x);
                    Step<TRows>(5, ref s5, ref t5, a, b, x);
                    Step<TRows>(6, ref s6, ref t6, a, b, x);
                    Step<TRows>(7, ref s7, ref t7, a, b, x);
                    codes += Vector512<byte>.Count;
                    ahead += Vector512<byte>.Count;
                    x += step;
                }

                if (TBlocks.AreMany)
                {
                    Widen<TRows>(0, ref a0, ref b0, ref s0, ref t0);
                    Widen<TRows>(1, ref a1, ref b1, ref s1, ref t1);
                    Widen<TRows>(2, ref a2, ref b2, ref s2, ref t2);
                    Widen<TRows>(3, ref a3, ref b3, ref s3, ref t3);
                }
            }

            Vector512<float> scaleA = Half(scales, tile.Multiplier);
            Vector512<float> scaleB = Half((ushort*)((byte*)scales + paired), tile.PairedMultiplier);
            Vector512<float> zeroA = Zeros<TZeros>((byte*)scales);
            Vector512<float> zeroB = Zeros<TZeros>((byte*)scales + paired);
            if (!TBlocks.AreMany)
            {
                Widen<TRows>(0, ref a0, ref b0, ref s0, ref t0);
                Widen<TRows>(1, ref a1, ref b1, ref s1, ref t1);
                Widen<TRows>(2, ref a2, ref b2, ref s2, ref t2);
                Widen<TRows>(3, ref a3, ref b3, ref s3, ref t3);
            }

            Add<TRows, TZeros>(0, y, a0, b0, scaleA, scaleB, zeroA, zeroB, d, sums);
            Add<TRows, TZeros>(1, y, a1, b1, scaleA, scaleB, zeroA, zeroB, d, sums);
            Add<TRows, TZeros>(2, y, a2, b2, scaleA, scaleB, zeroA, zeroB, d, sums);
            Add<TRows, TZeros>(3, y, a3, b3, scaleA, scaleB, zeroA, zeroB, d, sums);
            if (TRows.Count > BlockRows)
            {
                (a0, a1, a2, a3) = (default, default, default, default);
                (b0, b1, b2, b3) = (default, default, default, default);
                Widen<TRows>(4, ref a0, ref b0, ref s4, ref t4);
                Widen<TRows>(5, ref a1, ref b1, ref s5, ref t5);
                Widen<TRows>(6, ref a2, ref b2, ref s6, ref t6);
                Widen<TRows>(7, ref a3, ref b3, ref s7, ref t7);
                Add<TRows, TZeros>(4, y, a0, b0, scaleA, scaleB, zeroA, zeroB, d, sums);
                Add<TRows, TZeros>(5, y, a1, b1, scaleA, scaleB, zeroA, zeroB, d, sums);
                Add<TRows, TZeros>(6, y, a2, b2, scaleA, scaleB, zeroA, zeroB, d, sums);
                Add<TRows, TZeros>(7, y, a3, b3, scaleA, scaleB, zeroA, zeroB, d, sums);
            }

            sums += width;
            d += width;
        }

        for (int row = 0; row < TRows.Count; row++)
        {
            Vector512.Load(y + (2 * row * Outputs)).Store(tile.Y + ((first + row) * tile.Ldy));
            Vector512.Load(y + (((2 * row) + 1) * Outputs)).Store(tile.PairedY + ((first + row) * tile.Ldy));
        }
    }

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

    /// <summary>Adds the sums of a block, and clears them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen<TRows>(
        int row, ref Vector512<int> a, ref Vector512<int> b, ref Vector512<short> s, ref Vector512<short> t)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            a += Avx512BW.MultiplyAddAdjacent(s, Vector512<short>.One);
            b += Avx512BW.MultiplyAddAdjacent(t, Vector512<short>.One);
            (s, t) = (default, default);
        }
    }

    /// <summary>Zeros of a group; nothing where they are the middle code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Zeros<TZeros>(byte* scales)
        where TZeros : struct, IZeros =>
        TZeros.Exist ? Half((ushort*)scales + QuantizedTile.PairScales, QuantizedTile.Rebias) : default;

    /// <summary>16 numbers of F16 as F32, times a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Half(ushort* source, float multiplier)
    {
        Vector512<int> bits = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source)) << 13;
        return (bits & Vector512.Create(QuantizedTile.HalfMask)).AsSingle() * Vector512.Create(multiplier);
    }

    /// <summary>Adds a group of a row to its F32 sums in both tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TRows, TZeros>(
        int row, float* y, Vector512<int> a, Vector512<int> b, Vector512<float> scaleA, Vector512<float> scaleB,
        Vector512<float> zeroA, Vector512<float> zeroB, float* d, int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros
    {
        if (row >= TRows.Count)
        {
            return;
        }

        Vector512<float> valueA;
        Vector512<float> valueB;
        if (TZeros.Exist)
        {
            Vector512<float> sum = Vector512.Create(((float*)sums)[row]);
            valueA = Avx512F.FusedMultiplyAddNegated(zeroA, sum, Avx512F.ConvertToVector512Single(a));
            valueB = Avx512F.FusedMultiplyAddNegated(zeroB, sum, Avx512F.ConvertToVector512Single(b));
        }
        else
        {
            Vector512<int> middle = Vector512.Create(sums[row]);
            valueA = Avx512F.ConvertToVector512Single(a + middle);
            valueB = Avx512F.ConvertToVector512Single(b + middle);
        }

        Vector512<float> dOfRow = Vector512.Create(d[row]);
        y += 2 * row * Outputs;
        Avx512F.FusedMultiplyAdd(scaleA * dOfRow, valueA, Vector512.Load(y)).Store(y);
        Avx512F.FusedMultiplyAdd(scaleB * dOfRow, valueB, Vector512.Load(y + Outputs)).Store(y + Outputs);
    }
}
