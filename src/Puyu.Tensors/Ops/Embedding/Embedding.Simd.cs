using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="EmbeddingReference"/>, which states the equations: rows forward, columns backward.</summary>
/// <remarks>
/// A piece of backward owns a strip of columns and goes through all tokens in order, so that no two pieces write the
/// same element and every sum has the order of the reference.
/// </remarks>
internal static unsafe class EmbeddingSimd
{
    /// <summary>Columns of a strip: eight cache lines.</summary>
    private const int StripWidth = 128;

    /// <inheritdoc cref="EmbeddingReference.Forward"/>
    public static void Forward(Workers workers, DType dtype, byte* weight, int* tokenIds, float* y, int tokens, int d)
    {
        var job = new ForwardJob
        {
            DType = dtype,
            Weight = weight,
            TokenIds = tokenIds,
            Y = y,
            D = d,
            Grid = PieceGrid.Rows(tokens, d),
        };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    /// <inheritdoc cref="EmbeddingReference.Backward"/>
    public static void Backward(Workers workers, int* tokenIds, float* dY, float* dWeight, int tokens, int d)
    {
        var job = new BackwardJob
        {
            TokenIds = tokenIds,
            DY = dY,
            DWeight = dWeight,
            Tokens = tokens,
            D = d,
            Strips = new PieceGrid(d, StripWidth),
        };
        workers.ForEach(job.Strips.Pieces, ref job);
    }

    private struct ForwardJob : IJob
    {
        public DType DType;
        public byte* Weight;
        public int* TokenIds;
        public float* Y;
        public int D;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            long first = Grid.First(piece);
            long rowBytes = (long)D * DType.Size();
            for (long t = first; t < first + Grid.Length(piece); t++)
            {
                Conversions.ToSingle(DType, Weight + (TokenIds[t] * rowBytes), Y + (t * D), D);
            }
        }
    }

    private struct BackwardJob : IJob
    {
        public int* TokenIds;
        public float* DY;
        public float* DWeight;
        public int Tokens;
        public int D;
        public PieceGrid Strips;

        public readonly void Execute(int piece, int worker)
        {
            long first = Strips.First(piece);
            int width = (int)Strips.Length(piece);
            for (long t = 0; t < Tokens; t++)
            {
                var sum = new Span<float>(DWeight + ((long)TokenIds[t] * D) + first, width);
                TensorPrimitives.Add(sum, new ReadOnlySpan<float>(DY + (t * D) + first, width), sum);
            }
        }
    }
}
