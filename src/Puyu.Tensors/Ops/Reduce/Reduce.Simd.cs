using System.Numerics;
using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="ReduceReference"/>, which states the equations.</summary>
/// <remarks>
/// A fixed grid of pieces gives one partial sum each, in double precision, four vector accumulators, the remainder
/// first; the partial sums, on the caller's stack, are added in order.
/// </remarks>
internal static unsafe class ReduceSimd
{
    /// <summary>Σᵢ xᵢ.</summary>
    public static double Sum(Workers workers, float* x, long count) => Run<Identity>(workers, x, count);

    /// <summary>Σᵢ xᵢ².</summary>
    public static double SumOfSquares(Workers workers, float* x, long count) => Run<Square>(workers, x, count);

    /// <summary>Adds a number to every element, or overwrites them.</summary>
    public static void Spread(Workers workers, float value, float* dX, long count, bool adds)
    {
        var job = new SpreadJob { Value = value, DX = dX, Adds = adds, Grid = PieceGrid.ElementWise(count) };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    private static double Run<TTerm>(Workers workers, float* x, long count)
        where TTerm : ITerm
    {
        double* partials = stackalloc double[PieceGrid.MaxPartials];
        var job = new SumJob<TTerm> { X = x, Partials = partials, Grid = PieceGrid.Reduction(count) };
        workers.ForEach(job.Grid.Pieces, ref job);
        double sum = 0;
        for (int piece = 0; piece < job.Grid.Pieces; piece++)
        {
            sum += partials[piece];
        }

        return sum;
    }

    /// <summary>What is summed of an element.</summary>
    private interface ITerm
    {
        static abstract Vector<double> Of(Vector<double> x);
    }

    private readonly struct Identity : ITerm
    {
        public static Vector<double> Of(Vector<double> x) => x;
    }

    private readonly struct Square : ITerm
    {
        public static Vector<double> Of(Vector<double> x) => x * x;
    }

    private struct SumJob<TTerm> : IJob
        where TTerm : ITerm
    {
        public float* X;
        public double* Partials;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker) =>
            Partials[piece] = Sum(X + Grid.First(piece), Grid.Length(piece));

        private static double Sum(float* x, long count)
        {
            int lanes = Vector<float>.Count;
            int tail = (int)(count % lanes);
            Vector.Widen(Lanes.Load(x + count - tail, tail), out Vector<double> low, out Vector<double> high);
            (Vector<double> sum0, Vector<double> sum1) = (TTerm.Of(low), TTerm.Of(high));
            Vector<double> sum2 = default, sum3 = default;
            long i = 0;
            for (; i <= count - (2 * lanes); i += 2 * lanes)
            {
                Vector.Widen(Vector.Load(x + i), out low, out high);
                sum0 += TTerm.Of(low);
                sum1 += TTerm.Of(high);
                Vector.Widen(Vector.Load(x + i + lanes), out low, out high);
                sum2 += TTerm.Of(low);
                sum3 += TTerm.Of(high);
            }

            if (i <= count - lanes)
            {
                Vector.Widen(Vector.Load(x + i), out low, out high);
                sum2 += TTerm.Of(low);
                sum3 += TTerm.Of(high);
            }

            return Vector.Sum((sum0 + sum1) + (sum2 + sum3));
        }
    }

    private struct SpreadJob : IJob
    {
        public float Value;
        public float* DX;
        public bool Adds;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            var dX = new Span<float>(DX + Grid.First(piece), (int)Grid.Length(piece));
            if (Adds)
            {
                TensorPrimitives.Add(dX, Value, dX);
            }
            else
            {
                dX.Fill(Value);
            }
        }
    }
}
