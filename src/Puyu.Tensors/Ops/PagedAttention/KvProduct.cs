using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>
/// A product of rows of floats with stored rows of a cache, <c>C = A B</c> or <c>C += A B</c>, on four vectors of
/// columns. B is widened and scaled in registers.
/// </summary>
/// <remarks>
/// <code>
///   C[r][n] = (Adds ? C[r][n] : 0) + Σₖ A[r · ARow + k] (B[k][n] · scale + zero)
/// </code>
/// Scores have for A the queries of a group and for B the keys, across: a scale belongs to a column. Results have for A
/// the probabilities and for B the values: a scale belongs to a k. The sum of every element runs over k in order, with
/// one fused multiply-add a step, as in <see cref="TileProduct"/>: the bits are the same. Registers: 4 rows in 16
/// accumulators where there are 32 registers, else 2 rows in 8.
/// </remarks>
internal unsafe struct KvProduct
{
    public float* A;
    public nint ARow;

    /// <summary>The groups of 16 elements that the vectors are in, for k = 0, and their place in them.</summary>
    public byte* B0;
    public byte* B1;
    public byte* B2;
    public byte* B3;
    public int Lane0;
    public int Lane1;
    public int Lane2;
    public int Lane3;

    /// <summary>
    /// What B will be for the next tile of keys, asked for meanwhile: blocks are too short for the processor to see
    /// where reading goes on.
    /// </summary>
    public byte* Next0;
    public byte* Next1;
    public byte* Next2;
    public byte* Next3;

    /// <summary>Bytes from one k to the next.</summary>
    public nint BStep;

    /// <summary>Where the four vectors of the first row of C are.</summary>
    public float* C0;
    public float* C1;
    public float* C2;
    public float* C3;
    public nint CRow;

    /// <summary>Scales and zeros of the columns, or of the k.</summary>
    public float* Scales;
    public float* Zeros;

    public bool Adds;
    public int Depth;

    /// <summary>Computes C.</summary>
    /// <typeparam name="T">Vector.</typeparam>
    /// <typeparam name="TStored">Format of B.</typeparam>
    /// <typeparam name="TAxis">What scales belong to.</typeparam>
    /// <param name="product">What to compute.</param>
    /// <param name="rows">Rows of A and C.</param>
    public static void Run<T, TStored, TAxis>(KvProduct product, int rows)
        where T : struct, IFloatVector<T>
        where TStored : struct, IKvStored
        where TAxis : struct, IScaleAxis
    {
        int row = 0;
        for (; row <= rows - 4 && T.Count == Float16Lanes.Count; row += 4)
        {
            product.Block<T, TStored, TAxis, Rows4>();
            product.Skip(4);
        }

        for (; row <= rows - 2; row += 2)
        {
            product.Block<T, TStored, TAxis, Rows2>();
            product.Skip(2);
        }

        if (row < rows)
        {
            product.Block<T, TStored, TAxis, Rows1>();
        }
    }

    private void Skip(int rows)
    {
        nint c = rows * CRow;
        A += rows * ARow;
        C0 += c;
        C1 += c;
        C2 += c;
        C3 += c;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Block<T, TStored, TAxis, TRows>()
        where T : struct, IFloatVector<T>
        where TStored : struct, IKvStored
        where TAxis : struct, IScaleAxis
        where TRows : struct, IRowCount
    {
        T c00 = default, c01 = default, c02 = default, c03 = default;
        T c10 = default, c11 = default, c12 = default, c13 = default;
        T c20 = default, c21 = default, c22 = default, c23 = default;
        T c30 = default, c31 = default, c32 = default, c33 = default;
        if (Adds)
        {
            Load<T, TRows>(0, ref c00, ref c01, ref c02, ref c03);
            Load<T, TRows>(1, ref c10, ref c11, ref c12, ref c13);
            Load<T, TRows>(2, ref c20, ref c21, ref c22, ref c23);
            Load<T, TRows>(3, ref c30, ref c31, ref c32, ref c33);
        }

        T s0 = default, s1 = default, s2 = default, s3 = default;
        T z0 = default, z1 = default, z2 = default, z3 = default;
        if (TStored.IsQuantized && TAxis.IsColumn)
        {
            (s0, s1) = (T.Load(Scales), T.Load(Scales + T.Count));
            (s2, s3) = (T.Load(Scales + (2 * T.Count)), T.Load(Scales + (3 * T.Count)));
            (z0, z1) = (T.Load(Zeros), T.Load(Zeros + T.Count));
            (z2, z3) = (T.Load(Zeros + (2 * T.Count)), T.Load(Zeros + (3 * T.Count)));
        }

        byte* b0 = B0, b1 = B1, b2 = B2, b3 = B3;
        byte* next0 = Next0, next1 = Next1, next2 = Next2, next3 = Next3;
        float* a = A, scales = Scales, zeros = Zeros;
        nint bStep = BStep, aRow = ARow;
        int lane0 = Lane0, lane1 = Lane1, lane2 = Lane2, lane3 = Lane3;
        int depth = Depth;
        for (int k = 0; k < depth; k++)
        {
            T scale = TStored.IsQuantized && !TAxis.IsColumn ? T.Create(scales[k]) : default;
            T zero = TStored.IsQuantized && !TAxis.IsColumn ? T.Create(zeros[k]) : default;
            T x0 = Scaled<T, TStored, TAxis>(TStored.Load<T>(b0, lane0), s0, z0, scale, zero);
            T x1 = Scaled<T, TStored, TAxis>(TStored.Load<T>(b1, lane1), s1, z1, scale, zero);
            T x2 = Scaled<T, TStored, TAxis>(TStored.Load<T>(b2, lane2), s2, z2, scale, zero);
            T x3 = Scaled<T, TStored, TAxis>(TStored.Load<T>(b3, lane3), s3, z3, scale, zero);
            Row<T, TRows>(0, a, aRow, x0, x1, x2, x3, ref c00, ref c01, ref c02, ref c03);
            Row<T, TRows>(1, a, aRow, x0, x1, x2, x3, ref c10, ref c11, ref c12, ref c13);
            Row<T, TRows>(2, a, aRow, x0, x1, x2, x3, ref c20, ref c21, ref c22, ref c23);
            Row<T, TRows>(3, a, aRow, x0, x1, x2, x3, ref c30, ref c31, ref c32, ref c33);
            a++;
            b0 += bStep;
            b1 += bStep;
            b2 += bStep;
            b3 += bStep;
            if (Sse.IsSupported)
            {
                nint ahead = k * bStep;
                Sse.Prefetch0(next0 + ahead);
                Sse.Prefetch0(next1 + ahead);
                Sse.Prefetch0(next2 + ahead);
                Sse.Prefetch0(next3 + ahead);
            }
        }

        Store<T, TRows>(0, c00, c01, c02, c03);
        Store<T, TRows>(1, c10, c11, c12, c13);
        Store<T, TRows>(2, c20, c21, c22, c23);
        Store<T, TRows>(3, c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Scaled<T, TStored, TAxis>(T x, T columnScale, T columnZero, T stepScale, T stepZero)
        where T : struct, IFloatVector<T>
        where TStored : struct, IKvStored
        where TAxis : struct, IScaleAxis
    {
        if (!TStored.IsQuantized)
        {
            return x;
        }

        return TAxis.IsColumn
            ? T.MultiplyAdd(x, columnScale, columnZero)
            : T.MultiplyAdd(x, stepScale, stepZero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<T, TRows>(
        int row, float* a, nint aRow, T x0, T x1, T x2, T x3, ref T c0, ref T c1, ref T c2, ref T c3)
        where T : struct, IFloatVector<T>
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            var factor = T.Create(a[row * aRow]);
            c0 = T.MultiplyAdd(factor, x0, c0);
            c1 = T.MultiplyAdd(factor, x1, c1);
            c2 = T.MultiplyAdd(factor, x2, c2);
            c3 = T.MultiplyAdd(factor, x3, c3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Load<T, TRows>(int row, ref T c0, ref T c1, ref T c2, ref T c3)
        where T : struct, IFloatVector<T>
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            c0 = T.Load(C0 + (row * CRow));
            c1 = T.Load(C1 + (row * CRow));
            c2 = T.Load(C2 + (row * CRow));
            c3 = T.Load(C3 + (row * CRow));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<T, TRows>(int row, T c0, T c1, T c2, T c3)
        where T : struct, IFloatVector<T>
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            c0.Store(C0 + (row * CRow));
            c1.Store(C1 + (row * CRow));
            c2.Store(C2 + (row * CRow));
            c3.Store(C3 + (row * CRow));
        }
    }
}
