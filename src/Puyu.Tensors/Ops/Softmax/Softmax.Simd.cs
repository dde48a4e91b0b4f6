using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="SoftmaxReference"/>, which states the equations, one row at a time.</summary>
/// <remarks>Sums run in one or two vector accumulators; the remainder of a row goes first.</remarks>
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
            if (Avx512F.IsSupported)
            {
                Execute<Float16Lanes>(piece);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Execute<Float8Lanes>(piece);
            }
            else
            {
                Execute<Float4Lanes>(piece);
            }
        }

        private readonly void Execute<T>(int piece)
            where T : struct, IFloatVector<T>
        {
            long first = Grid.First(piece);
            for (long row = first; row < first + Grid.Length(piece); row++)
            {
                float* x = X + (row * Width);
                float* y = Y + (row * Width);
                float max = TensorPrimitives.MaxNumber(new ReadOnlySpan<float>(x, Width));
                float sum = Exponentials<T>(x, max, y, Width);
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(y, Width), 1 / sum, new Span<float>(y, Width));
            }
        }

        /// <summary>Writes exp(xᵢ − max) and returns their sum.</summary>
        private static float Exponentials<T>(float* x, float max, float* y, int width)
            where T : struct, IFloatVector<T>
        {
            T shift = T.Create(max);
            int tail = width % T.Count;
            Lanes.Store(FloatVectorMath.Exp(Lanes.Load<T>(x + width - tail, tail) - shift), y + width - tail, tail);
            T sum = Lanes.Load<T>(y + width - tail, tail);
            for (int i = 0; i <= width - T.Count; i += T.Count)
            {
                T exponential = FloatVectorMath.Exp(T.Load(x + i) - shift);
                exponential.Store(y + i);
                sum += exponential;
            }

            return T.Sum(sum);
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
            int lanes = Vector<float>.Count;
            int tail = width % lanes;
            Vector<float> sum0 = Lanes.Load(y + width - tail, tail) * Lanes.Load(dY + width - tail, tail);
            Vector<float> sum1 = default;
            int i = 0;
            for (; i <= width - (2 * lanes); i += 2 * lanes)
            {
                sum0 = Vector.MultiplyAddEstimate(Vector.Load(y + i), Vector.Load(dY + i), sum0);
                sum1 = Vector.MultiplyAddEstimate(Vector.Load(y + i + lanes), Vector.Load(dY + i + lanes), sum1);
            }

            if (i <= width - lanes)
            {
                sum0 = Vector.MultiplyAddEstimate(Vector.Load(y + i), Vector.Load(dY + i), sum0);
            }

            return Vector.Sum(sum0 + sum1);
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
