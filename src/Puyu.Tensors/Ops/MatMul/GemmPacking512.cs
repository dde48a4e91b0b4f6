using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>Packing in 512-bit vectors. Contracts in <see cref="GemmKernels"/>.</summary>
/// <remarks>
/// Along: 16 × 16 transposes of 64 shuffles. In a panel of 12 the four lanes too many spill into the next step, which
/// is written afterwards. The last steps are packed by a block that overlaps the one before. Rows beyond the matrix
/// repeat its last row. Across: copies of 16 or 4 lanes, all panels abreast, so that the source is read in its order.
/// </remarks>
internal static unsafe class GemmPacking512
{
    private const int Lanes = 16;

    /// <summary>Bytes of a source row that are asked for ahead of their use.</summary>
    private const int BytesAhead = 512;

    /// <summary>
    /// Rows of the source that are asked for ahead of their use where it is read across: the processor sees no
    /// stream in a few lines of each row.
    /// </summary>
    private const int RowsAhead = 12;

    /// <inheritdoc cref="GemmKernels.PackAlong"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Along<TStored>(byte* source, long stride, int width, int valid, int k, float* panel)
        where TStored : struct, IStored
    {
        if (k < Lanes)
        {
            GemmPacking128.Along<TStored>(source, stride, width, valid, k, panel);
            return;
        }

        byte** rows = stackalloc byte*[Lanes];
        for (int group = (width - 1) / Lanes * Lanes; group >= 0; group -= Lanes)
        {
            for (int row = 0; row < Lanes; row++)
            {
                rows[row] = source + (Math.Min(group + row, valid - 1) * stride);
            }

            int step = 0;
            for (; step <= k - Lanes; step += Lanes)
            {
                Transpose<TStored>(rows, (long)step * TStored.Size, panel + ((long)step * width) + group, width);
            }

            if (step < k)
            {
                step = k - Lanes;
                Transpose<TStored>(rows, (long)step * TStored.Size, panel + ((long)step * width) + group, width);
            }
        }
    }

    /// <inheritdoc cref="GemmKernels.PackAcross"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Across<TStored>(byte* source, long stride, int width, int valid, int k, float* panels)
        where TStored : struct, IStored
    {
        long panelFloats = GemmKernels.PanelFloats(width, k);
        int whole = WholePanels(width, valid);
        for (int step = 0; step < k; step++)
        {
            byte* from = source + (step * stride);
            float* target = panels + ((long)step * width);
            for (int panel = 0; panel < whole; panel++)
            {
                // A panel of 12 copies 16 lanes: the next step overwrites what is too much.
                for (int lane = 0; lane < width; lane += Lanes)
                {
                    byte* source16 = from + ((long)lane * TStored.Size);
                    Sse.Prefetch0(source16 + (RowsAhead * stride));
                    TStored.Load16(source16).Store(target + lane);
                }

                from += (long)width * TStored.Size;
                target += panelFloats;
            }
        }

        GemmPacking128.Across<TStored>(
            source + ((long)whole * width * TStored.Size), stride, width, valid - (whole * width), k,
            panels + (whole * panelFloats));
    }

    /// <summary>Panels whose lanes, those copied too much included, all exist.</summary>
    private static int WholePanels(int width, int valid)
    {
        int copied = (width + Lanes - 1) / Lanes * Lanes;
        return valid < copied ? 0 : ((valid - copied) / width) + 1;
    }

    /// <summary>
    /// Writes 16 × 16 elements with rows and columns exchanged, in ascending steps because of the spill.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose<TStored>(byte** rows, long at, float* target, int width)
        where TStored : struct, IStored
    {
        Block<TStored>(
            rows, at, out var a0, out var a1, out var a2, out var a3, out var b0, out var b1, out var b2, out var b3,
            out var c0, out var c1, out var c2, out var c3, out var d0, out var d1, out var d2, out var d3);
        Store(a0, a1, a2, a3, target, width);
        Store(b0, b1, b2, b3, target + (4L * width), width);
        Store(c0, c1, c2, c3, target + (8L * width), width);
        Store(d0, d1, d2, d3, target + (12L * width), width);
    }

    /// <summary>Reads 16 × 16 elements; the results are their columns in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Block<TStored>(
        byte** rows, long at,
        out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3,
        out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3,
        out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3,
        out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3)
        where TStored : struct, IStored
    {
        Quads<TStored>(rows, at, out a0, out a1, out a2, out a3);
        Quads<TStored>(rows + 4, at, out b0, out b1, out b2, out b3);
        Quads<TStored>(rows + 8, at, out c0, out c1, out c2, out c3);
        Quads<TStored>(rows + 12, at, out d0, out d1, out d2, out d3);
        Join(ref a0, ref b0, ref c0, ref d0);
        Join(ref a1, ref b1, ref c1, ref d1);
        Join(ref a2, ref b2, ref c2, ref d2);
        Join(ref a3, ref b3, ref c3, ref d3);
    }

    /// <summary>Reads four rows; 128-bit block q of t0 to t3 is column 4q + 0 to 3 of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quads<TStored>(
        byte** rows, long at, out Vector512<float> t0, out Vector512<float> t1, out Vector512<float> t2,
        out Vector512<float> t3)
        where TStored : struct, IStored
    {
        Sse.Prefetch0(rows[0] + at + BytesAhead);
        Sse.Prefetch0(rows[1] + at + BytesAhead);
        Sse.Prefetch0(rows[2] + at + BytesAhead);
        Sse.Prefetch0(rows[3] + at + BytesAhead);
        Vector512<float> r0 = TStored.Load16(rows[0] + at);
        Vector512<float> r1 = TStored.Load16(rows[1] + at);
        Vector512<float> r2 = TStored.Load16(rows[2] + at);
        Vector512<float> r3 = TStored.Load16(rows[3] + at);
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble();
        Vector512<double> high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
        Vector512<double> high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        t0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        t1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        t2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        t3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    /// <summary>Exchanges 128-bit blocks, so that each vector holds one column: 4 × 4 blocks transposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(
        ref Vector512<float> a, ref Vector512<float> b, ref Vector512<float> c, ref Vector512<float> d)
    {
        const byte Even = 0b10_00_10_00;
        const byte Odd = 0b11_01_11_01;
        Vector512<float> abEven = Avx512F.Shuffle4x128(a, b, Even);
        Vector512<float> abOdd = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<float> cdEven = Avx512F.Shuffle4x128(c, d, Even);
        Vector512<float> cdOdd = Avx512F.Shuffle4x128(c, d, Odd);
        a = Avx512F.Shuffle4x128(abEven, cdEven, Even);
        b = Avx512F.Shuffle4x128(abOdd, cdOdd, Even);
        c = Avx512F.Shuffle4x128(abEven, cdEven, Odd);
        d = Avx512F.Shuffle4x128(abOdd, cdOdd, Odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3, float* target, int width)
    {
        s0.Store(target);
        s1.Store(target + width);
        s2.Store(target + (2L * width));
        s3.Store(target + (3L * width));
    }
}
