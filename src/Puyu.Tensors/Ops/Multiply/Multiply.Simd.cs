using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="MultiplyReference"/>, which states the equations, in pieces of a cache's size.</summary>
internal static unsafe class MultiplySimd
{
    /// <summary><c>y = a · b</c>, or <c>y += a · b</c> where it <paramref name="adds"/>.</summary>
    public static void Run(Workers workers, float* a, float* b, float* y, long count, bool adds)
    {
        var job = new Job { A = a, B = b, Y = y, Adds = adds, Grid = PieceGrid.ElementWise(count) };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    private struct Job : IJob
    {
        public float* A;
        public float* B;
        public float* Y;
        public bool Adds;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            int length = (int)Grid.Length(piece);
            var a = new ReadOnlySpan<float>(A + Grid.First(piece), length);
            var b = new ReadOnlySpan<float>(B + Grid.First(piece), length);
            var y = new Span<float>(Y + Grid.First(piece), length);
            if (Adds)
            {
                TensorPrimitives.MultiplyAdd(a, b, y, y);
            }
            else
            {
                TensorPrimitives.Multiply(a, b, y);
            }
        }
    }
}
