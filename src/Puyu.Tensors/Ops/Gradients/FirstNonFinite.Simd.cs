using System.Numerics;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>The first element that is NaN or infinite: those have all bits of the exponent set.</summary>
/// <remarks>A fixed grid of pieces gives one index each; a piece stops at its first. Remainders are scalar.</remarks>
internal static unsafe class FirstNonFiniteSimd
{
    private const uint ExponentBits = 0x7F800000;

    /// <returns>The smallest index; null where every element is finite.</returns>
    public static long? Run(Workers workers, float* x, long count)
    {
        long* found = stackalloc long[PieceGrid.MaxPartials];
        var job = new Job { X = (uint*)x, Found = found, Grid = PieceGrid.Reduction(count) };
        workers.ForEach(job.Grid.Pieces, ref job);
        for (int piece = 0; piece < job.Grid.Pieces; piece++)
        {
            if (found[piece] < job.Grid.First(piece) + job.Grid.Length(piece))
            {
                return found[piece];
            }
        }

        return null;
    }

    private struct Job : IJob
    {
        public uint* X;
        public long* Found;
        public PieceGrid Grid;

        /// <summary>Notes the first find, or the end of the piece.</summary>
        public readonly void Execute(int piece, int worker)
        {
            var exponent = new Vector<uint>(ExponentBits);
            long i = Grid.First(piece);
            long end = i + Grid.Length(piece);
            while (i <= end - Vector<uint>.Count && !Vector.EqualsAny(Vector.Load(X + i) & exponent, exponent))
            {
                i += Vector<uint>.Count;
            }

            while (i < end && (X[i] & ExponentBits) != ExponentBits)
            {
                i++;
            }

            Found[piece] = i;
        }
    }
}
