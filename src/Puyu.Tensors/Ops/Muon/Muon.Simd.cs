using System.Numerics;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>The element-wise part of <see cref="MuonReference"/>, in pieces of a cache's size.</summary>
internal static unsafe class MuonSimd
{
    /// <summary><c>y = α a + β b</c>; y is overwritten and may be a or b. Remainders are one by one.</summary>
    public static void Combine(Workers workers, float* a, float alpha, float* b, float beta, float* y, long count)
    {
        var grid = PieceGrid.ElementWise(count);
        var job = new Job { A = a, Alpha = alpha, B = b, Beta = beta, Y = y, Grid = grid };
        workers.ForEach(grid.Pieces, ref job);
    }

    private struct Job : IJob
    {
        public float* A;
        public float Alpha;
        public float* B;
        public float Beta;
        public float* Y;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            long i = Grid.First(piece);
            long end = i + Grid.Length(piece);
            var alpha = new Vector<float>(Alpha);
            var beta = new Vector<float>(Beta);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                ((alpha * Vector.Load(A + i)) + (beta * Vector.Load(B + i))).Store(Y + i);
            }

            for (; i < end; i++)
            {
                Y[i] = (Alpha * A[i]) + (Beta * B[i]);
            }
        }
    }
}
