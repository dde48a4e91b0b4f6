using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>
/// A product of small matrices inside a cache, <c>C = A B</c> or <c>C = C · scale + A B</c>, where A is read an element
/// at a time with any strides and B and C in rows.
/// </summary>
/// <remarks>
/// <code>
///   C[m][n] = (Adds ? C[m][n] · Scale[n] : 0) + Σₖ A[m · ARow + k · AStep] B[k · BStride + n]
/// </code>
/// The sum of every element runs over k in order, with one fused multiply-add a step (without FMA: product and sum):
/// its bits do not depend on the place in the tile, on the width of the vectors, or on where the sum is interrupted.
/// Registers: 8 rows × 32 columns in 16 accumulators of 512 bits, or 4 rows × 2 vectors in 8 narrower ones. There are
/// no remainders: callers pad rows to 8 and columns to 16.
/// </remarks>
internal unsafe partial struct TileProduct
{
    /// <summary>Multiple of <see cref="Rows"/>.</summary>
    public const int RowUnit = 8;

    /// <summary>Multiple of <see cref="Columns"/>.</summary>
    public const int ColumnUnit = 16;

    public float* A;
    public nint ARow;
    public nint AStep;
    public float* B;
    public nint BStride;
    public float* C;
    public nint CStride;

    /// <summary>[Columns]: what C is multiplied by before adding; null for 1.</summary>
    public float* Scale;

    /// <summary>Whether to add to C rather than overwrite it.</summary>
    public bool Adds;

    /// <summary>m, a multiple of 8.</summary>
    public int Rows;

    /// <summary>n, a multiple of 16.</summary>
    public int Columns;

    /// <summary>k.</summary>
    public int Depth;

    /// <summary>Computes C.</summary>
    public readonly void Run()
    {
        Debug.Assert(Rows % RowUnit == 0 && Columns % ColumnUnit == 0, "callers pad");
        Debug.Assert(Adds || Scale == null, "there is nothing to scale");
        if (Avx512F.IsSupported)
        {
            int wide = Columns & ~31;
            ForBlocks(&Block512x2, rows: 8, first: 0, end: wide, columns: 32);
            ForBlocks(&Block512x1, rows: 8, first: wide, end: Columns, columns: 16);
        }
        else if (Fma.IsSupported)
        {
            ForBlocks(&Block256x2, rows: 4, first: 0, end: Columns, columns: 16);
        }
        else
        {
            ForBlocks(&Block128x2, rows: 4, first: 0, end: Columns, columns: 8);
        }
    }

    private readonly void ForBlocks(
        delegate*<in TileProduct, float*, float*, float*, float*, void> block, int rows, int first, int end,
        int columns)
    {
        for (int n = first; n < end; n += columns)
        {
            float* scale = Scale == null ? null : Scale + n;
            for (int m = 0; m < Rows; m += rows)
            {
                block(this, A + (m * ARow), B + n, C + (m * CStride) + n, scale);
            }
        }
    }
}
