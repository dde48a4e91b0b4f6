using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="AddReference"/>, which states the equations, in pieces of a cache's size.</summary>
internal static unsafe class AddSimd
{
    /// <summary>Elements of one piece: three operands of it fit the second-level cache.</summary>
    private const long PieceLength = 32 * 1024;

    /// <inheritdoc cref="AddReference.Forward"/>
    public static void Forward(Workers workers, float* a, float* b, float* y, long count)
    {
        var job = new Job { A = a, B = b, Y = y, Count = count };
        workers.ForEach((int)((count + PieceLength - 1) / PieceLength), ref job);
    }

    private struct Job : IJob
    {
        public float* A;
        public float* B;
        public float* Y;
        public long Count;

        public readonly void Execute(int piece, int worker)
        {
            long first = piece * PieceLength;
            int length = (int)Math.Min(PieceLength, Count - first);
            TensorPrimitives.Add(
                new ReadOnlySpan<float>(A + first, length), new ReadOnlySpan<float>(B + first, length),
                new Span<float>(Y + first, length));
        }
    }
}
