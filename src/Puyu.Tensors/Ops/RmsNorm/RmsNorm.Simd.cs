using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="RmsNormReference"/>, which states the equations, row by row in the first-level cache.</summary>
/// <remarks>
/// Sums run in four vector accumulators (two for each of backward's two sums), the remainder of a row first. The
/// gradient of the weight is summed over blocks of rows whose number depends on the number of rows alone; the partial
/// sums of the blocks are then added in order.
/// </remarks>
internal static unsafe class RmsNormSimd
{
    private const int MaxBlocks = 64;
    private const int MinBlockRows = 8;

    /// <summary>Columns that one piece adds up over the blocks.</summary>
    private const int StripWidth = 256;

    /// <inheritdoc cref="RmsNormReference.Forward"/>
    public static void Forward(Workers workers, float* x, float* weight, float epsilon, float* y, int rows, int d)
    {
        var job = new ForwardJob
        {
            X = x,
            Weight = weight,
            Epsilon = epsilon,
            Y = y,
            D = d,
            Grid = PieceGrid.Rows(rows, d),
        };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    /// <summary>Bytes of the partial sums that <see cref="Backward"/> needs for the gradient of the weight.</summary>
    public static long PartialBytes(int rows, int d) => (long)BlocksOf(rows).Pieces * d * sizeof(float);

    /// <summary>Adds to <c>DX</c> (or overwrites it) and to <c>DWeight</c>; either may be null.</summary>
    public static void Backward(Workers workers, BackwardJob job, int rows)
    {
        job.Blocks = BlocksOf(rows);
        workers.ForEach(job.Blocks.Pieces, ref job);
        if (job.DWeight is not null)
        {
            var combine = new CombineJob
            {
                Partials = job.Partials,
                Blocks = job.Blocks.Pieces,
                DWeight = job.DWeight,
                D = job.D,
                Strips = new PieceGrid(job.D, StripWidth),
            };
            workers.ForEach(combine.Strips.Pieces, ref combine);
        }
    }

    private static PieceGrid BlocksOf(int rows) =>
        new(rows, Math.Max(MinBlockRows, (rows + MaxBlocks - 1) / MaxBlocks));

    private struct ForwardJob : IJob
    {
        public float* X;
        public float* Weight;
        public float Epsilon;
        public float* Y;
        public int D;
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
                float r = 1 / MathF.Sqrt((SumOfSquares<T>(X + (row * D), D) / D) + Epsilon);
                Scale<T>(X + (row * D), Weight, r, Y + (row * D), D);
            }
        }

        private static float SumOfSquares<T>(float* x, int d)
            where T : struct, IFloatVector<T>
        {
            int tail = d % T.Count;
            T sum0 = Lanes.Load<T>(x + d - tail, tail);
            sum0 *= sum0;
            (T sum1, T sum2, T sum3) = (T.Create(0), T.Create(0), T.Create(0));
            int i = 0;
            for (; i <= d - (4 * T.Count); i += 4 * T.Count)
            {
                (T x0, T x1) = (T.Load(x + i), T.Load(x + i + T.Count));
                (T x2, T x3) = (T.Load(x + i + (2 * T.Count)), T.Load(x + i + (3 * T.Count)));
                sum0 = T.MultiplyAdd(x0, x0, sum0);
                sum1 = T.MultiplyAdd(x1, x1, sum1);
                sum2 = T.MultiplyAdd(x2, x2, sum2);
                sum3 = T.MultiplyAdd(x3, x3, sum3);
            }

            for (; i <= d - T.Count; i += T.Count)
            {
                T xi = T.Load(x + i);
                sum1 = T.MultiplyAdd(xi, xi, sum1);
            }

            return T.Sum((sum0 + sum1) + (sum2 + sum3));
        }

        private static void Scale<T>(float* x, float* weight, float r, float* y, int d)
            where T : struct, IFloatVector<T>
        {
            T scale = T.Create(r);
            int i = 0;
            for (; i <= d - T.Count; i += T.Count)
            {
                (T.Load(weight + i) * T.Load(x + i) * scale).Store(y + i);
            }

            for (; i < d; i++)
            {
                y[i] = weight[i] * x[i] * r;
            }
        }
    }

    /// <summary>One block of rows of backward.</summary>
    internal struct BackwardJob : IJob
    {
        public float* X;
        public float* Weight;
        public float Epsilon;
        public float* DY;
        public float* DX;
        public bool OverwritesDX;
        public float* DWeight;
        public float* Partials;
        public int D;
        public PieceGrid Blocks;

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
            float* partial = DWeight is null ? null : Partials + ((long)piece * D);
            if (partial is not null)
            {
                new Span<float>(partial, D).Clear();
            }

            long first = Blocks.First(piece);
            for (long row = first; row < first + Blocks.Length(piece); row++)
            {
                float* x = X + (row * D);
                float* dY = DY + (row * D);
                (float squares, float s) = Sums<T>(x, Weight, dY, D);
                float r = 1 / MathF.Sqrt((squares / D) + Epsilon);
                if (partial is not null)
                {
                    AddWeightGradient<T>(x, dY, r, partial, D);
                }

                if (DX is not null)
                {
                    AddInputGradient<T>(x, dY, r, r * r * r * s / D, DX + (row * D));
                }
            }
        }

        /// <summary>Σ xᵢ² and Σ dyᵢ wᵢ xᵢ.</summary>
        private static (float Squares, float S) Sums<T>(float* x, float* weight, float* dY, int d)
            where T : struct, IFloatVector<T>
        {
            int tail = d % T.Count;
            int i = d - tail;
            T squares0 = Lanes.Load<T>(x + i, tail);
            T s0 = Lanes.Load<T>(dY + i, tail) * Lanes.Load<T>(weight + i, tail) * squares0;
            squares0 *= squares0;
            (T squares1, T s1) = (T.Create(0), T.Create(0));
            for (i = 0; i <= d - (2 * T.Count); i += 2 * T.Count)
            {
                (T x0, T x1) = (T.Load(x + i), T.Load(x + i + T.Count));
                squares0 = T.MultiplyAdd(x0, x0, squares0);
                squares1 = T.MultiplyAdd(x1, x1, squares1);
                s0 = T.MultiplyAdd(T.Load(dY + i) * T.Load(weight + i), x0, s0);
                s1 = T.MultiplyAdd(T.Load(dY + i + T.Count) * T.Load(weight + i + T.Count), x1, s1);
            }

            if (i <= d - T.Count)
            {
                T x0 = T.Load(x + i);
                squares0 = T.MultiplyAdd(x0, x0, squares0);
                s0 = T.MultiplyAdd(T.Load(dY + i) * T.Load(weight + i), x0, s0);
            }

            return (T.Sum(squares0 + squares1), T.Sum(s0 + s1));
        }

        private static void AddWeightGradient<T>(float* x, float* dY, float r, float* partial, int d)
            where T : struct, IFloatVector<T>
        {
            T scale = T.Create(r);
            int i = 0;
            for (; i <= d - T.Count; i += T.Count)
            {
                T.MultiplyAdd(T.Load(dY + i) * T.Load(x + i), scale, T.Load(partial + i)).Store(partial + i);
            }

            for (; i < d; i++)
            {
                partial[i] += dY[i] * x[i] * r;
            }
        }

        private readonly void AddInputGradient<T>(float* x, float* dY, float r, float projection, float* dX)
            where T : struct, IFloatVector<T>
        {
            (T scale, T negative) = (T.Create(r), T.Create(-projection));
            int i = 0;
            for (; i <= D - T.Count; i += T.Count)
            {
                T before = OverwritesDX ? T.Create(0) : T.Load(dX + i);
                T along = T.MultiplyAdd(T.Load(x + i), negative, before);
                T.MultiplyAdd(T.Load(dY + i) * T.Load(Weight + i), scale, along).Store(dX + i);
            }

            for (; i < D; i++)
            {
                float before = OverwritesDX ? 0 : dX[i];
                dX[i] = before + ((dY[i] * Weight[i] * r) - (x[i] * projection));
            }
        }
    }

    private struct CombineJob : IJob
    {
        public float* Partials;
        public int Blocks;
        public float* DWeight;
        public int D;
        public PieceGrid Strips;

        public readonly void Execute(int piece, int worker)
        {
            long first = Strips.First(piece);
            int width = (int)Strips.Length(piece);
            var sum = new Span<float>(DWeight + first, width);
            for (int block = 0; block < Blocks; block++)
            {
                TensorPrimitives.Add(sum, new ReadOnlySpan<float>(Partials + ((long)block * D) + first, width), sum);
            }
        }
    }
}
