using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="SwiGluReference"/>, which states the equations, in pieces of a cache's size.</summary>
/// <remarks>One vector at a time; a remainder goes through the same code in a vector filled up with zeros.</remarks>
internal static unsafe class SwiGluSimd
{
    /// <inheritdoc cref="SwiGluReference.Forward"/>
    public static void Forward(Workers workers, float* gate, float* up, float* y, long count)
    {
        var job = new ForwardJob { Gate = gate, Up = up, Y = y, Grid = PieceGrid.ElementWise(count) };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    /// <summary>Forward on the calling thread, to be used inside a piece of a job; y may be gate or up.</summary>
    public static void Serial(float* gate, float* up, float* y, int count)
    {
        var job = new ForwardJob { Gate = gate, Up = up, Y = y, Grid = new PieceGrid(count, count) };
        job.Execute(piece: 0, worker: 0);
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
            long i = Grid.First(piece);
            long end = i + Grid.Length(piece);
            for (; i <= end - T.Count; i += T.Count)
            {
                T g = T.Load(Gate + i);
                (g * FloatVectorMath.Sigmoid(g) * T.Load(Up + i)).Store(Y + i);
            }

            if (i < end)
            {
                int count = (int)(end - i);
                T g = Lanes.Load<T>(Gate + i, count);
                Lanes.Store(g * FloatVectorMath.Sigmoid(g) * Lanes.Load<T>(Up + i, count), Y + i, count);
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
            long i = Grid.First(piece);
            long end = i + Grid.Length(piece);
            for (; i <= end - T.Count; i += T.Count)
            {
                Derivatives(T.Load(Gate + i), T.Load(Up + i), T.Load(DY + i), out T dGate, out T dUp);
                if (DGate is not null)
                {
                    (OverwritesDGate ? dGate : T.Load(DGate + i) + dGate).Store(DGate + i);
                }

                if (DUp is not null)
                {
                    (OverwritesDUp ? dUp : T.Load(DUp + i) + dUp).Store(DUp + i);
                }
            }

            if (i < end)
            {
                Remainder<T>(i, (int)(end - i));
            }
        }

        private readonly void Remainder<T>(long i, int count)
            where T : struct, IFloatVector<T>
        {
            Derivatives(
                Lanes.Load<T>(Gate + i, count), Lanes.Load<T>(Up + i, count), Lanes.Load<T>(DY + i, count),
                out T dGate, out T dUp);
            if (DGate is not null)
            {
                Lanes.Store(OverwritesDGate ? dGate : Lanes.Load<T>(DGate + i, count) + dGate, DGate + i, count);
            }

            if (DUp is not null)
            {
                Lanes.Store(OverwritesDUp ? dUp : Lanes.Load<T>(DUp + i, count) + dUp, DUp + i, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Derivatives<T>(T gate, T up, T dY, out T dGate, out T dUp)
            where T : struct, IFloatVector<T>
        {
            T sigma = FloatVectorMath.Sigmoid(gate);
            T silu = gate * sigma;
            T slope = T.MultiplyAdd(silu, T.Create(1) - sigma, sigma);
            dGate = dY * up * slope;
            dUp = dY * silu;
        }
    }
}
