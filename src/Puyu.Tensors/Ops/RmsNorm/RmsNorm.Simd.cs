using System.Numerics;
using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="RmsNormReference"/>, which states the equations, one row at a time in the first-level cache.</summary>
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
            long first = Grid.First(piece);
            for (long row = first; row < first + Grid.Length(piece); row++)
            {
                float r = 1 / MathF.Sqrt((SumOfSquares(X + (row * D), D) / D) + Epsilon);
                Scale(X + (row * D), Weight, r, Y + (row * D), D);
            }
        }

        private static float SumOfSquares(float* x, int d)
        {
            int lanes = Vector<float>.Count;
            int i = d - (d % lanes);
            Vector<float> sum0 = Lanes.Load(x + i, d - i);
            sum0 *= sum0;
            Vector<float> sum1 = default, sum2 = default, sum3 = default;
            for (i -= 4 * lanes; i >= 0; i -= 4 * lanes)
            {
                Vector<float> x0 = Vector.Load(x + i);
                Vector<float> x1 = Vector.Load(x + i + lanes);
                Vector<float> x2 = Vector.Load(x + i + (2 * lanes));
                Vector<float> x3 = Vector.Load(x + i + (3 * lanes));
                sum0 = Vector.MultiplyAddEstimate(x0, x0, sum0);
                sum1 = Vector.MultiplyAddEstimate(x1, x1, sum1);
                sum2 = Vector.MultiplyAddEstimate(x2, x2, sum2);
                sum3 = Vector.MultiplyAddEstimate(x3, x3, sum3);
            }

            for (i += 3 * lanes; i >= 0; i -= lanes)
            {
                Vector<float> xi = Vector.Load(x + i);
                sum1 = Vector.MultiplyAddEstimate(xi, xi, sum1);
            }

            return Vector.Sum((sum0 + sum1) + (sum2 + sum3));
        }

        private static void Scale(float* x, float* weight, float r, float* y, int d)
        {
            var scale = new Vector<float>(r);
            int i = 0;
            for (; i <= d - Vector<float>.Count; i += Vector<float>.Count)
            {
                (Vector.Load(weight + i) * Vector.Load(x + i) * scale).Store(y + i);
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
                (float squares, float s) = Sums(x, Weight, dY, D);
                float r = 1 / MathF.Sqrt((squares / D) + Epsilon);
                if (partial is not null)
                {
                    AddWeightGradient(x, dY, r, partial, D);
                }

                if (DX is not null)
                {
                    AddInputGradient(x, dY, r, r * r * r * s / D, DX + (row * D));
                }
            }
        }

        /// <summary>Σ xᵢ² and Σ dyᵢ wᵢ xᵢ.</summary>
        private static (float Squares, float S) Sums(float* x, float* weight, float* dY, int d)
        {
            int lanes = Vector<float>.Count;
            int i = d - (d % lanes);
            Vector<float> tail = Lanes.Load(x + i, d - i);
            Vector<float> squares0 = tail * tail;
            Vector<float> s0 = Lanes.Load(dY + i, d - i) * Lanes.Load(weight + i, d - i) * tail;
            Vector<float> squares1 = default, s1 = default;
            for (i -= 2 * lanes; i >= 0; i -= 2 * lanes)
            {
                Vector<float> x0 = Vector.Load(x + i);
                Vector<float> x1 = Vector.Load(x + i + lanes);
                squares0 = Vector.MultiplyAddEstimate(x0, x0, squares0);
                squares1 = Vector.MultiplyAddEstimate(x1, x1, squares1);
                s0 = Vector.MultiplyAddEstimate(Vector.Load(dY + i) * Vector.Load(weight + i), x0, s0);
                s1 = Vector.MultiplyAddEstimate(Vector.Load(dY + i + lanes) * Vector.Load(weight + i + lanes), x1, s1);
            }

            if (i == -lanes)
            {
                Vector<float> x0 = Vector.Load(x);
                squares0 = Vector.MultiplyAddEstimate(x0, x0, squares0);
                s0 = Vector.MultiplyAddEstimate(Vector.Load(dY) * Vector.Load(weight), x0, s0);
            }

            return (Vector.Sum(squares0 + squares1), Vector.Sum(s0 + s1));
        }

        private static void AddWeightGradient(float* x, float* dY, float r, float* partial, int d)
        {
            var scale = new Vector<float>(r);
            int i = 0;
            for (; i <= d - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> product = Vector.Load(dY + i) * Vector.Load(x + i);
                Vector.MultiplyAddEstimate(product, scale, Vector.Load(partial + i)).Store(partial + i);
            }

            for (; i < d; i++)
            {
                partial[i] += dY[i] * x[i] * r;
            }
        }

        private readonly void AddInputGradient(float* x, float* dY, float r, float projection, float* dX)
        {
            var scale = new Vector<float>(r);
            var negative = new Vector<float>(-projection);
            int i = 0;
            for (; i <= D - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> before = OverwritesDX ? default : Vector.Load(dX + i);
                Vector<float> along = Vector.MultiplyAddEstimate(Vector.Load(x + i), negative, before);
                Vector.MultiplyAddEstimate(Vector.Load(dY + i) * Vector.Load(Weight + i), scale, along).Store(dX + i);
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
