using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="CastReference"/> in pieces, by <see cref="Conversions"/>.</summary>
internal static unsafe class CastSimd
{
    /// <summary>Elements staged as F32 on the stack where neither side is F32.</summary>
    private const int Staged = 1024;

    /// <summary>Converts <paramref name="count"/> elements.</summary>
    public static void Forward(
        Workers workers, DType sourceType, byte* source, DType targetType, byte* target, long count)
    {
        var job = new Job
        {
            SourceType = sourceType,
            Source = source,
            TargetType = targetType,
            Target = target,
            Grid = PieceGrid.ElementWise(count),
        };
        workers.ForEach(job.Grid.Pieces, ref job);
    }

    private struct Job : IJob
    {
        public DType SourceType;
        public byte* Source;
        public DType TargetType;
        public byte* Target;
        public PieceGrid Grid;

        public readonly void Execute(int piece, int worker)
        {
            byte* source = Source + (Grid.First(piece) * SourceType.Size());
            byte* target = Target + (Grid.First(piece) * TargetType.Size());
            int count = (int)Grid.Length(piece);
            if (TargetType == DType.F32)
            {
                Conversions.ToSingle(SourceType, source, (float*)target, count);
            }
            else if (SourceType == DType.F32)
            {
                Conversions.FromSingle((float*)source, TargetType, target, count);
            }
            else
            {
                ThroughSingle(source, target, count);
            }
        }

        private readonly void ThroughSingle(byte* source, byte* target, int count)
        {
            float* staged = stackalloc float[Staged];
            for (int i = 0; i < count; i += Staged)
            {
                int length = Math.Min(Staged, count - i);
                Conversions.ToSingle(SourceType, source + (i * SourceType.Size()), staged, length);
                Conversions.FromSingle(staged, TargetType, target + (i * TargetType.Size()), length);
            }
        }
    }
}
