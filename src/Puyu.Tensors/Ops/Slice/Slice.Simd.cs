using System.Numerics.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="SliceReference"/>, which states the equations, row by row.</summary>
internal static unsafe class SliceSimd
{
    /// <summary>Copies or adds columns.</summary>
    /// <param name="workers">Who works.</param>
    /// <param name="source">The first element to read.</param>
    /// <param name="sourceWidth">Elements from one row of the source to the next.</param>
    /// <param name="target">The first element to write.</param>
    /// <param name="targetWidth">Elements from one row of the target to the next.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="adds">Whether to add instead of overwriting.</param>
    public static void Run(
        Workers workers, float* source, int sourceWidth, float* target, int targetWidth, int rows, int columns,
        bool adds)
    {
        var job = new Job
        {
            Source = source,
            SourceWidth = sourceWidth,
            Target = target,
            TargetWidth = targetWidth,
            Columns = columns,
            Adds = adds,
            Grid = PieceGrid.Rows(rows, columns),
        };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    private struct Job : IJob
    {
        public float* Source;
        public long SourceWidth;
        public float* Target;
        public long TargetWidth;
        public int Columns;
        public bool Adds;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            long first = Grid.First(piece);
            for (long row = first; row < first + Grid.Length(piece); row++)
            {
                var source = new ReadOnlySpan<float>(Source + (row * SourceWidth), Columns);
                var target = new Span<float>(Target + (row * TargetWidth), Columns);
                if (Adds)
                {
                    TensorPrimitives.Add(target, source, target);
                }
                else
                {
                    source.CopyTo(target);
                }
            }
        }
    }
}
