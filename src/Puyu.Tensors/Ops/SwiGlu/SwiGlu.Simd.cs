using System.Numerics;
using System.Runtime.CompilerServices;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="SwiGluReference"/>, which states the equations, in pieces of a cache's size.</summary>
/// <remarks>One vector at a time; a remainder goes through the same code in a vector that is filled up with zeros.</remarks>
internal static unsafe class SwiGluSimd
{
    /// <inheritdoc cref="SwiGluReference.Forward"/>
    public static void Forward(Workers workers, float* gate, float* up, float* y, long count)
    {
        var job = new ForwardJob { Gate = gate, Up = up, Y = y, Grid = PieceGrid.ElementWise(count) };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    /// <summary>Adds to <c>DGate</c> and <c>DUp</c>, or overwrites them; either may be null.</summary>
    public static void Backward(Workers workers, BackwardJob job, long count)
    {
        job.Grid = PieceGrid.ElementWise(count);
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    private struct ForwardJob : IJob
    {
        public float* Gate;
        public float* Up;
        public float* Y;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            long i = Grid.First(piece);
            long end = i + Grid.Length(piece);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> g = Vector.Load(Gate + i);
                (g * VectorMath.Sigmoid(g) * Vector.Load(Up + i)).Store(Y + i);
            }

            if (i < end)
            {
                int count = (int)(end - i);
                Vector<float> g = Lanes.Load(Gate + i, count);
                Lanes.Store(g * VectorMath.Sigmoid(g) * Lanes.Load(Up + i, count), Y + i, count);
            }
        }
    }

    /// <summary>The operands of backward.</summary>
    internal struct BackwardJob : IJob
    {
        public float* Gate;
        public float* Up;
        public float* DY;
        public float* DGate;
        public bool OverwritesDGate;
        public float* DUp;
        public bool OverwritesDUp;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            long i = Grid.First(piece);
            long end = i + Grid.Length(piece);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                (Vector<float> dGate, Vector<float> dUp) =
                    Derivatives(Vector.Load(Gate + i), Vector.Load(Up + i), Vector.Load(DY + i));
                if (DGate is not null)
                {
                    (OverwritesDGate ? dGate : Vector.Load(DGate + i) + dGate).Store(DGate + i);
                }

                if (DUp is not null)
                {
                    (OverwritesDUp ? dUp : Vector.Load(DUp + i) + dUp).Store(DUp + i);
                }
            }

            if (i < end)
            {
                Remainder(i, (int)(end - i));
            }
        }

        private readonly void Remainder(long i, int count)
        {
            (Vector<float> dGate, Vector<float> dUp) =
                Derivatives(Lanes.Load(Gate + i, count), Lanes.Load(Up + i, count), Lanes.Load(DY + i, count));
            if (DGate is not null)
            {
                Lanes.Store(OverwritesDGate ? dGate : Lanes.Load(DGate + i, count) + dGate, DGate + i, count);
            }

            if (DUp is not null)
            {
                Lanes.Store(OverwritesDUp ? dUp : Lanes.Load(DUp + i, count) + dUp, DUp + i, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static (Vector<float> DGate, Vector<float> DUp) Derivatives(
            Vector<float> gate, Vector<float> up, Vector<float> dY)
        {
            Vector<float> sigma = VectorMath.Sigmoid(gate);
            Vector<float> silu = gate * sigma;
            Vector<float> slope = sigma + (silu * (Vector<float>.One - sigma));
            return (dY * up * slope, dY * silu);
        }
    }
}
