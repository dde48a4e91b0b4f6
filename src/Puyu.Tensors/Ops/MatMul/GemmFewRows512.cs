using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>
/// Few rows of A times sixteen columns of B that are contiguous along the shared dimension: decoding, where reading the
/// weight once is all the time there is.
/// </summary>
/// <remarks>
/// B is not packed: blocks of 16 × 16 are transposed in registers and multiplied at once, in the order of
/// <see cref="GemmTile512"/>, so that the bits are the same. Registers: 16 for the block, up to 8 accumulators.
/// </remarks>
internal static unsafe class GemmFewRows512
{
    public const int MostRows = 8;
    public const int Columns = 16;

    private const int PanelRows = GemmTile512.Rows;

    /// <param name="b">First element of the first column.</param>
    /// <param name="stride">Bytes between columns.</param>
    /// <param name="valid">Columns that exist, 1 to 16; the others repeat the last.</param>
    /// <param name="a">Panel of A. Shape [k, 12].</param>
    /// <param name="k">Length of the shared dimension.</param>
    /// <param name="c">First element of C, 16 columns wide.</param>
    /// <param name="ldc">Distance between rows of C.</param>
    /// <param name="adds">Whether C is added to instead of overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows, TStored>(
        byte* b, long stride, int valid, float* a, int k, float* c, long ldc, bool adds)
        where TRows : struct, IRowCount
        where TStored : struct, IStored
    {
        byte** rows = stackalloc byte*[Columns];
        for (int row = 0; row < Columns; row++)
        {
            rows[row] = b + (Math.Min(row, valid - 1) * stride);
        }

        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        Vector512<float> s4 = default, s5 = default, s6 = default, s7 = default;
        int step = 0;
        for (; step <= k - Columns; step += Columns)
        {
            GemmPacking512.Block<TStored>(
                rows, (long)step * TStored.Size, out var a0, out var a1, out var a2, out var a3,
                out var b0, out var b1, out var b2, out var b3, out var c0, out var c1, out var c2, out var c3,
                out var d0, out var d1, out var d2, out var d3);
            Step<TRows>(a, a0, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (1 * PanelRows), a1, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (2 * PanelRows), a2, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (3 * PanelRows), a3, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (4 * PanelRows), b0, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (5 * PanelRows), b1, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (6 * PanelRows), b2, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (7 * PanelRows), b3, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (8 * PanelRows), c0, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (9 * PanelRows), c1, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (10 * PanelRows), c2, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (11 * PanelRows), c3, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (12 * PanelRows), d0, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (13 * PanelRows), d1, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (14 * PanelRows), d2, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Step<TRows>(a + (15 * PanelRows), d3, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            a += Columns * PanelRows;
        }

        float* rest = stackalloc float[Columns];
        for (; step < k; step++)
        {
            for (int row = 0; row < Columns; row++)
            {
                rest[row] = TStored.Load(rows[row] + ((long)step * TStored.Size));
            }

            Step<TRows>(a, Vector512.Load(rest), ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            a += PanelRows;
        }

        Store<TRows>(0, c, ldc, s0, adds);
        Store<TRows>(1, c, ldc, s1, adds);
        Store<TRows>(2, c, ldc, s2, adds);
        Store<TRows>(3, c, ldc, s3, adds);
        Store<TRows>(4, c, ldc, s4, adds);
        Store<TRows>(5, c, ldc, s5, adds);
        Store<TRows>(6, c, ldc, s6, adds);
        Store<TRows>(7, c, ldc, s7, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        float* a, Vector512<float> b, ref Vector512<float> s0, ref Vector512<float> s1, ref Vector512<float> s2,
        ref Vector512<float> s3, ref Vector512<float> s4, ref Vector512<float> s5, ref Vector512<float> s6,
        ref Vector512<float> s7)
        where TRows : struct, IRowCount
    {
        s0 = Avx512F.FusedMultiplyAdd(Vector512.Create(a[0]), b, s0);
        if (TRows.Count > 1)
        {
            s1 = Avx512F.FusedMultiplyAdd(Vector512.Create(a[1]), b, s1);
        }

        if (TRows.Count > 2)
        {
            s2 = Avx512F.FusedMultiplyAdd(Vector512.Create(a[2]), b, s2);
        }

        if (TRows.Count > 3)
        {
            s3 = Avx512F.FusedMultiplyAdd(Vector512.Create(a[3]), b, s3);
        }

        if (TRows.Count > 4)
        {
            s4 = Avx512F.FusedMultiplyAdd(Vector512.Create(a[4]), b, s4);
        }

        if (TRows.Count > 5)
        {
            s5 = Avx512F.FusedMultiplyAdd(Vector512.Create(a[5]), b, s5);
        }

        if (TRows.Count > 6)
        {
            s6 = Avx512F.FusedMultiplyAdd(Vector512.Create(a[6]), b, s6);
        }

        if (TRows.Count > 7)
        {
            s7 = Avx512F.FusedMultiplyAdd(Vector512.Create(a[7]), b, s7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(int row, float* c, long ldc, Vector512<float> sum, bool adds)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            float* target = c + (row * ldc);
            (adds ? sum + Vector512.Load(target) : sum).Store(target);
        }
    }
}
