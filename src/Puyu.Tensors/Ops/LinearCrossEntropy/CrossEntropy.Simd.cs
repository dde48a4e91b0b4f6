using System.Numerics.Tensors;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>
/// Softmax, loss and gradient of rows of logits, in place; equations in <see cref="LinearCrossEntropyReference"/>.
/// </summary>
internal static unsafe class CrossEntropySimd
{
    private const int RowsPerPiece = 4;

    /// <param name="workers">Who computes; a row is done by one of them.</param>
    /// <param name="z">Logits; overwritten with their gradient, or with anything where none is wanted.</param>
    /// <param name="ldz">Distance between rows, a multiple of 16; what is behind a row is overwritten.</param>
    /// <param name="v">Length of a row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="targets">Targets of the whole batch.</param>
    /// <param name="rows">Which of them each row has. Shape [count].</param>
    /// <param name="logProbabilities">Overwritten. Shape [count].</param>
    /// <param name="areLikeliest">
    /// Overwritten in the places of the rows: whether no token is more likely than the target. Shape that of the whole
    /// batch; null where nobody wants to know.
    /// </param>
    /// <param name="scale">Factor of the loss; null where no gradient is wanted.</param>
    public static void Forward(
        Workers workers, float* z, long ldz, int v, int count, int* targets, int* rows, double* logProbabilities,
        byte* areLikeliest, float? scale)
    {
        var job = new Job
        {
            Z = z,
            Ldz = ldz,
            V = v,
            Count = count,
            Targets = targets,
            Rows = rows,
            LogProbabilities = logProbabilities,
            AreLikeliest = areLikeliest,
            Scale = scale,
        };
        workers.ForEach((count + RowsPerPiece - 1) / RowsPerPiece, ref job);
    }

    private struct Job : IJob
    {
        public float* Z;
        public long Ldz;
        public int V;
        public int Count;
        public int* Targets;
        public int* Rows;
        public double* LogProbabilities;
        public byte* AreLikeliest;
        public float? Scale;

        public readonly void Execute(int piece, int worker)
        {
            int end = Math.Min(Count, (piece + 1) * RowsPerPiece);
            for (int row = piece * RowsPerPiece; row < end; row++)
            {
                int target = Targets[Rows[row]];
                var z = new Span<float>(Z + (row * Ldz), V);
                float ofTarget = z[target];
                float sum = Exponentiate(z, out float max);
                LogProbabilities[row] = (double)ofTarget - max - Math.Log(sum);
                if (AreLikeliest != null)
                {
                    AreLikeliest[Rows[row]] = ofTarget == max ? (byte)1 : (byte)0;
                }

                if (Scale is { } scale)
                {
                    TensorPrimitives.Multiply(z, scale / sum, z);
                    z[target] -= scale;
                }
            }
        }

        /// <summary>Overwrites z with exp(z − max), and the padding behind it with anything.</summary>
        private static float Exponentiate(Span<float> z, out float max)
        {
            if (Avx512F.IsSupported)
            {
                fixed (float* first = z)
                {
                    return CrossEntropyRow512.Exponentiate(first, z.Length, out max);
                }
            }

            max = TensorPrimitives.Max<float>(z);
            TensorPrimitives.Subtract(z, max, z);
            TensorPrimitives.Exp<float>(z, z);
            return TensorPrimitives.Sum<float>(z);
        }
    }
}
