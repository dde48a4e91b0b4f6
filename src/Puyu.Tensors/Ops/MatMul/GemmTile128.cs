using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Puyu.Tensors;

/// <summary>A tile of 6 × 8 in 128-bit registers for a whole panel.</summary>
/// <remarks>
/// Registers: 12 accumulators, 2 for a row of B and 1 for the broadcast of A, of 16 XMM. Without FMA a step is a
/// multiplication and an addition; without any vector unit the same code runs on scalars.
/// </remarks>
internal static unsafe class GemmTile128
{
    public const int Rows = 6;
    public const int Columns = 2 * Lanes;

    private const int Lanes = 4;

    /// <inheritdoc cref="GemmKernels.Tile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(float* a, float* b, int k, float* c, long ldc, bool adds)
        where TRows : struct, IRowCount
    {
        Vector128<float> c0L = default, c0R = default;
        Vector128<float> c1L = default, c1R = default;
        Vector128<float> c2L = default, c2R = default;
        Vector128<float> c3L = default, c3R = default;
        Vector128<float> c4L = default, c4R = default;
        Vector128<float> c5L = default, c5R = default;

        for (; k > 0; k--)
        {
            Vector128<float> bL = Vector128.Load(b);
            Vector128<float> bR = Vector128.Load(b + Lanes);
            Step<TRows>(0, a, bL, bR, ref c0L, ref c0R);
            Step<TRows>(1, a, bL, bR, ref c1L, ref c1R);
            Step<TRows>(2, a, bL, bR, ref c2L, ref c2R);
            Step<TRows>(3, a, bL, bR, ref c3L, ref c3R);
            Step<TRows>(4, a, bL, bR, ref c4L, ref c4R);
            Step<TRows>(5, a, bL, bR, ref c5L, ref c5R);
            a += Rows;
            b += Columns;
        }

        Store<TRows>(0, c, ldc, c0L, c0R, adds);
        Store<TRows>(1, c, ldc, c1L, c1R, adds);
        Store<TRows>(2, c, ldc, c2L, c2R, adds);
        Store<TRows>(3, c, ldc, c3L, c3R, adds);
        Store<TRows>(4, c, ldc, c4L, c4R, adds);
        Store<TRows>(5, c, ldc, c5L, c5R, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        int row, float* a, Vector128<float> bL, Vector128<float> bR, ref Vector128<float> cL, ref Vector128<float> cR)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            Vector128<float> x = Vector128.Create(a[row]);
            cL = Vector128.MultiplyAddEstimate(x, bL, cL);
            cR = Vector128.MultiplyAddEstimate(x, bR, cR);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(
        int row, float* c, long ldc, Vector128<float> cL, Vector128<float> cR, bool adds)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            float* target = c + (row * ldc);
            if (adds)
            {
                cL += Vector128.Load(target);
                cR += Vector128.Load(target + Lanes);
            }

            cL.Store(target);
            cR.Store(target + Lanes);
        }
    }
}
