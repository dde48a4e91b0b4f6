using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="ScaleReference"/>, which states the equations, in pieces of a cache's size.</summary>
internal static unsafe class ScaleSimd
{
    /// <summary><c>y = factor · x</c>, or <c>y += factor · x</c> where it <paramref name="adds"/>.</summary>
    public static void Run(Workers workers, float* x, float factor, float* y, long count, bool adds)
    {
        var job = new Job { X = x, Factor = factor, Y = y, Adds = adds, Grid = PieceGrid.ElementWise(count) };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    private struct Job : IJob
    {
        public float* X;
        public float Factor;
        public float* Y;
        public bool Adds;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            int length = (int)Grid.Length(piece);
            var x = new ReadOnlySpan<float>(X + Grid.First(piece), length);
            var y = new Span<float>(Y + Grid.First(piece), length);
            if (Adds)
            {
                TensorPrimitives.MultiplyAdd(x, Factor, y, y);
            }
            else
            {
                TensorPrimitives.Multiply(x, Factor, y);
            }
        }
    }
}
