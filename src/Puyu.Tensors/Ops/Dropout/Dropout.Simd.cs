using System.Numerics;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="DropoutReference"/>, which states the equations, a chunk of draws at a time.</summary>
internal static unsafe class DropoutSimd
{
    /// <summary>Elements whose draws are made at a time; pieces start at multiples of it.</summary>
    private const int ChunkLength = 256;

    /// <summary><c>y = k · x</c>, or <c>y += k · x</c> where it <paramref name="adds"/>.</summary>
    public static void Run(Workers workers, float* x, DropoutMask mask, float* y, long count, bool adds)
    {
        var job = new Job { X = x, Mask = mask, Y = y, Adds = adds, Grid = PieceGrid.ElementWise(count) };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    private struct Job : IJob
    {
        public float* X;
        public DropoutMask Mask;
        public float* Y;
        public bool Adds;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            uint* draws = stackalloc uint[ChunkLength];
            long end = Grid.First(piece) + Grid.Length(piece);
            for (long i = Grid.First(piece); i < end; i += ChunkLength)
            {
                const int Blocks = ChunkLength / PhiloxSimd.DrawsPerBlock;
                PhiloxSimd.Fill(Mask.Seed, Mask.Stream, (ulong)i / PhiloxSimd.DrawsPerBlock, draws, Blocks);
                Apply(X + i, draws, Y + i, (int)Math.Min(ChunkLength, end - i));
            }
        }

        private readonly void Apply(float* x, uint* draws, float* y, int count)
        {
            (float scale, uint threshold) = ((float)Mask.Scale, Mask.Threshold);
            int i = 0;
            for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<uint> upperBits = Vector.ShiftRightLogical(Vector.Load(draws + i), 8);
                Vector<uint> isKept = Vector.GreaterThanOrEqual(upperBits, new Vector<uint>(threshold));
                Vector<float> scaled = Vector.Load(x + i) * new Vector<float>(scale);
                Vector<float> kept = Vector.AsVectorSingle(Vector.AsVectorUInt32(scaled) & isKept);
                (Adds ? Vector.Load(y + i) + kept : kept).Store(y + i);
            }

            for (; i < count; i++)
            {
                float kept = draws[i] >> 8 >= threshold ? x[i] * scale : 0;
                y[i] = Adds ? y[i] + kept : kept;
            }
        }
    }
}
