using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>A tile of 12 × 32 in 512-bit registers for a whole panel.</summary>
/// <remarks>
/// Registers: 24 accumulators, 2 for a row of B and 1 for the broadcast of A, of 32 ZMM; the disassembly shows no
/// spill. Two FMAs a cycle need 8 independent chains, so a remainder of 4 rows or more still runs at full rate.
/// </remarks>
internal static unsafe class GemmTile512
{
    public const int Rows = 12;
    public const int Columns = 2 * Lanes;

    private const int Lanes = 16;

    /// <summary>Floats of B that are asked for ahead of their use: 8 steps, some 100 cycles.</summary>
    private const int Ahead = 8 * Columns;

    /// <inheritdoc cref="GemmKernels.Tile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(float* a, float* b, int k, float* c, long ldc, bool adds)
        where TRows : struct, IRowCount
    {
        PrefetchTile<TRows>(c, ldc);
        Vector512<float> c0L = default, c0R = default;
        Vector512<float> c1L = default, c1R = default;
        Vector512<float> c2L = default, c2R = default;
        Vector512<float> c3L = default, c3R = default;
        Vector512<float> c4L = default, c4R = default;
        Vector512<float> c5L = default, c5R = default;
        Vector512<float> c6L = default, c6R = default;
        Vector512<float> c7L = default, c7R = default;
        Vector512<float> c8L = default, c8R = default;
        Vector512<float> c9L = default, c9R = default;
        Vector512<float> c10L = default, c10R = default;
        Vector512<float> c11L = default, c11R = default;

        for (; k > 0; k--)
        {
            Vector512<float> bL = Vector512.Load(b);
            Vector512<float> bR = Vector512.Load(b + Lanes);
            Sse.Prefetch0(b + Ahead);
            Sse.Prefetch0(b + Ahead + Lanes);
            Step<TRows>(0, a, bL, bR, ref c0L, ref c0R);
            Step<TRows>(1, a, bL, bR, ref c1L, ref c1R);
            Step<TRows>(2, a, bL, bR, ref c2L, ref c2R);
            Step<TRows>(3, a, bL, bR, ref c3L, ref c3R);
            Step<TRows>(4, a, bL, bR, ref c4L, ref c4R);
            Step<TRows>(5, a, bL, bR, ref c5L, ref c5R);
            Step<TRows>(6, a, bL, bR, ref c6L, ref c6R);
            Step<TRows>(7, a, bL, bR, ref c7L, ref c7R);
            Step<TRows>(8, a, bL, bR, ref c8L, ref c8R);
            Step<TRows>(9, a, bL, bR, ref c9L, ref c9R);
            Step<TRows>(10, a, bL, bR, ref c10L, ref c10R);
            Step<TRows>(11, a, bL, bR, ref c11L, ref c11R);
            a += Rows;
            b += Columns;
        }

        Store<TRows>(0, c, ldc, c0L, c0R, adds);
        Store<TRows>(1, c, ldc, c1L, c1R, adds);
        Store<TRows>(2, c, ldc, c2L, c2R, adds);
        Store<TRows>(3, c, ldc, c3L, c3R, adds);
        Store<TRows>(4, c, ldc, c4L, c4R, adds);
        Store<TRows>(5, c, ldc, c5L, c5R, adds);
        Store<TRows>(6, c, ldc, c6L, c6R, adds);
        Store<TRows>(7, c, ldc, c7L, c7R, adds);
        Store<TRows>(8, c, ldc, c8L, c8R, adds);
        Store<TRows>(9, c, ldc, c9L, c9R, adds);
        Store<TRows>(10, c, ldc, c10L, c10R, adds);
        Store<TRows>(11, c, ldc, c11L, c11R, adds);
    }

    /// <summary>Asks for the tile of C, which is needed only after the whole panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchTile<TRows>(float* c, long ldc)
        where TRows : struct, IRowCount
    {
        for (int row = 0; row < TRows.Count; row++)
        {
            Sse.Prefetch0(c);
            Sse.Prefetch0(c + Lanes);
            Sse.Prefetch0(c + Columns - 1);
            c += ldc;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        int row, float* a, Vector512<float> bL, Vector512<float> bR, ref Vector512<float> cL, ref Vector512<float> cR)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            Vector512<float> x = Vector512.Create(a[row]);
            cL = Avx512F.FusedMultiplyAdd(x, bL, cL);
            cR = Avx512F.FusedMultiplyAdd(x, bR, cR);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(
        int row, float* c, long ldc, Vector512<float> cL, Vector512<float> cR, bool adds)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            float* target = c + (row * ldc);
            if (adds)
            {
                cL += Vector512.Load(target);
                cR += Vector512.Load(target + Lanes);
            }

            cL.Store(target);
            cR.Store(target + Lanes);
        }
    }
}
