using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Puyu.Tensors;

/// <summary>A tile of 6 × 16 in 256-bit registers for a whole panel.</summary>
/// <remarks>
/// Registers: 12 accumulators, 2 for a row of B and 1 for the broadcast of A, of 16 YMM.
/// </remarks>
internal static unsafe class GemmTile256
{
    public const int Rows = 6;
    public const int Columns = 2 * Lanes;

    private const int Lanes = 8;

    /// <inheritdoc cref="GemmKernels.Tile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(float* a, float* b, int k, float* c, long ldc, bool adds)
        where TRows : struct, IRowCount
    {
        Vector256<float> c0L = default, c0R = default;
        Vector256<float> c1L = default, c1R = default;
        Vector256<float> c2L = default, c2R = default;
        Vector256<float> c3L = default, c3R = default;
        Vector256<float> c4L = default, c4R = default;
        Vector256<float> c5L = default, c5R = default;

        for (; k > 0; k--)
        {
            Vector256<float> bL = Vector256.Load(b);
            Vector256<float> bR = Vector256.Load(b + Lanes);
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
        int row, float* a, Vector256<float> bL, Vector256<float> bR, ref Vector256<float> cL, ref Vector256<float> cR)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            Vector256<float> x = Vector256.Create(a[row]);
            cL = Vector256.MultiplyAddEstimate(x, bL, cL);
            cR = Vector256.MultiplyAddEstimate(x, bR, cR);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(
        int row, float* c, long ldc, Vector256<float> cL, Vector256<float> cR, bool adds)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            float* target = c + (row * ldc);
            if (adds)
            {
                cL += Vector256.Load(target);
                cR += Vector256.Load(target + Lanes);
            }

            cL.Store(target);
            cR.Store(target + Lanes);
        }
    }
}
