using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>The bias of <see cref="LinearReference"/>; the products are those of <see cref="Gemm"/>.</summary>
internal static unsafe class LinearSimd
{
    private const int RowsPerPiece = 32;
    private const int ColumnsPerPiece = 512;

    /// <summary>Sets every row of y [rows, columns] to the bias; the product is then added.</summary>
    public static void FillRows(Workers workers, float* bias, float* y, int rows, int columns)
    {
        var job = new FillJob { Bias = bias, Y = y, Rows = rows, Columns = columns };
        workers.ForEach((rows + RowsPerPiece - 1) / RowsPerPiece, ref job);
    }

    /// <summary>Adds the columns of <paramref name="dY"/> [rows, columns] up, in the order of the rows.</summary>
    public static void AccumulateColumns(Workers workers, float* dY, float* dBias, int rows, int columns)
    {
        var job = new SumJob { DY = dY, DBias = dBias, Rows = rows, Columns = columns };
        workers.ForEach((columns + ColumnsPerPiece - 1) / ColumnsPerPiece, ref job);
    }

    private struct FillJob : IJob
    {
        public float* Bias;
        public float* Y;
        public int Rows;
        public int Columns;

        public readonly void Execute(int piece, int worker)
        {
            int end = Math.Min(Rows, (piece + 1) * RowsPerPiece);
            for (int row = piece * RowsPerPiece; row < end; row++)
            {
                new ReadOnlySpan<float>(Bias, Columns).CopyTo(new Span<float>(Y + ((long)row * Columns), Columns));
            }
        }
    }

    private struct SumJob : IJob
    {
        public float* DY;
        public float* DBias;
        public int Rows;
        public int Columns;

        public readonly void Execute(int piece, int worker)
        {
            int first = piece * ColumnsPerPiece;
            int width = Math.Min(ColumnsPerPiece, Columns - first);
            var sum = new Span<float>(DBias + first, width);
            for (int row = 0; row < Rows; row++)
            {
                TensorPrimitives.Add(sum, new ReadOnlySpan<float>(DY + ((long)row * Columns) + first, width), sum);
            }
        }
    }
}
