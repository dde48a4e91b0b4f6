using System.Numerics;
using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="SoftmaxReference"/>, which states the equations, one row at a time.</summary>
/// <remarks>Sums run in one vector accumulator; the remainder of a row goes first.</remarks>
internal static unsafe class SoftmaxSimd
{
    /// <inheritdoc cref="SoftmaxReference.Forward"/>
    public static void Forward(Workers workers, float* x, float* y, int rows, int width)
    {
        var job = new ForwardJob { X = x, Y = y, Width = width, Grid = PieceGrid.Rows(rows, width) };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    /// <inheritdoc cref="SoftmaxReference.Backward"/>
    public static void Backward(Workers workers, float* y, float* dY, float* dX, int rows, int width, bool overwrites)
    {
        var job = new BackwardJob
        {
            Y = y,
            DY = dY,
            DX = dX,
            Width = width,
            Overwrites = overwrites,
            Grid = PieceGrid.Rows(rows, width),
        };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    private struct ForwardJob : IJob
    {
        public float* X;
        public float* Y;
        public int Width;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            long first = Grid.First(piece);
            for (long row = first; row < first + Grid.Length(piece); row++)
            {
                float* y = Y + (row * Width);
                var x = new ReadOnlySpan<float>(X + (row * Width), Width);
                float sum = Exponentials(X + (row * Width), TensorPrimitives.Max(x), y, Width);
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(y, Width), 1 / sum, new Span<float>(y, Width));
            }
        }

        /// <summary>Writes exp(xᵢ − max) and returns their sum.</summary>
        private static float Exponentials(float* x, float max, float* y, int width)
        {
            var shift = new Vector<float>(max);
            int i = width - (width % Vector<float>.Count);
            Lanes.Store(VectorMath.Exp(Lanes.Load(x + i, width - i) - shift), y + i, width - i);
            Vector<float> sum = Lanes.Load(y + i, width - i);
            for (i -= Vector<float>.Count; i >= 0; i -= Vector<float>.Count)
            {
                Vector<float> exponential = VectorMath.Exp(Vector.Load(x + i) - shift);
                exponential.Store(y + i);
                sum += exponential;
            }

            return Vector.Sum(sum);
        }
    }

    private struct BackwardJob : IJob
    {
        public float* Y;
        public float* DY;
        public float* DX;
        public int Width;
        public bool Overwrites;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            long first = Grid.First(piece);
            for (long row = first; row < first + Grid.Length(piece); row++)
            {
                float* y = Y + (row * Width);
                float* dY = DY + (row * Width);
                AddRow(y, dY, Dot(y, dY, Width), DX + (row * Width));
            }
        }

        private static float Dot(float* y, float* dY, int width)
        {
            int i = width - (width % Vector<float>.Count);
            Vector<float> sum = Lanes.Load(y + i, width - i) * Lanes.Load(dY + i, width - i);
            for (i -= Vector<float>.Count; i >= 0; i -= Vector<float>.Count)
            {
                sum = Vector.MultiplyAddEstimate(Vector.Load(y + i), Vector.Load(dY + i), sum);
            }

            return Vector.Sum(sum);
        }

        private readonly void AddRow(float* y, float* dY, float dot, float* dX)
        {
            var shift = new Vector<float>(dot);
            int i = 0;
            for (; i <= Width - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> before = Overwrites ? default : Vector.Load(dX + i);
                Vector.MultiplyAddEstimate(Vector.Load(y + i), Vector.Load(dY + i) - shift, before).Store(dX + i);
            }

            for (; i < Width; i++)
            {
                dX[i] = (Overwrites ? 0 : dX[i]) + (y[i] * (dY[i] - dot));
            }
        }
    }
}
