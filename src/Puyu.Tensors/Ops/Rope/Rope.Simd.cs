using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary><see cref="RopeReference"/>, which states the equations, in vectors of pairs.</summary>
/// <remarks>
/// Half-split pairs load both halves of a head; interleaved ones are swapped inside a vector. Heads of other lengths
/// than the vectors' end in narrower vectors, then in scalars. Angles of a row serve all its heads.
/// </remarks>
internal static unsafe class RopeSimd
{
    private const int RowsOfPiece = 16;

    /// <summary>Rotates the query and key columns of F32 [T, Width] in place.</summary>
    public static void Rotate(Workers workers, Tensor x, in RopeRotation rotation)
    {
        var job = new Job
        {
            X = x.Pointer<float>(),
            Rows = x.Shape[0],
            PositionIds = rotation.PositionIds.Pointer<int>(),
            Cosines = rotation.Table.Cosines.Pointer<float>(),
            Sines = rotation.Table.Sines.Pointer<float>(),
            Layout = rotation.Layout,
            IsInterleaved = rotation.Table.Pairing == RopePairing.Interleaved,
            Direction = rotation.IsTransposed ? -1 : 1,
        };
        workers.ForEach((job.Rows + RowsOfPiece - 1) / RowsOfPiece, ref job);
    }

    private struct Job : IJob
    {
        public float* X;
        public int Rows;
        public int* PositionIds;
        public float* Cosines;
        public float* Sines;
        public QkvLayout Layout;
        public bool IsInterleaved;
        public float Direction;

        public readonly void Execute(int piece, int worker)
        {
            int end = Math.Min(Rows, (piece + 1) * RowsOfPiece);
            for (int row = piece * RowsOfPiece; row < end; row++)
            {
                float* x = X + ((long)row * Layout.Width);
                for (int head = 0; head < Layout.Heads; head++)
                {
                    RotateHead(x + Layout.QueryColumn(head), PositionIds[row]);
                }

                for (int kvHead = 0; kvHead < Layout.KvHeads; kvHead++)
                {
                    RotateHead(x + Layout.KeyColumn(kvHead), PositionIds[row]);
                }
            }
        }

        private readonly void RotateHead(float* x, int position)
        {
            int half = Layout.HeadDim / 2;
            float* c = Cosines + ((long)position * half);
            float* s = Sines + ((long)position * half);
            if (IsInterleaved)
            {
                RotateInterleaved(x, c, s, half, Direction);
            }
            else
            {
                RotateHalves(x, c, s, half, Direction);
            }
        }
    }

    private static void RotateHalves(float* x, float* c, float* s, int half, float direction)
    {
        float* x2 = x + half;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var sign = Vector512.Create(direction);
            for (; i <= half - 16; i += 16)
            {
                Vector512<float> ci = Vector512.Load(c + i);
                Vector512<float> si = Vector512.Load(s + i) * sign;
                Vector512<float> a = Vector512.Load(x + i);
                Vector512<float> b = Vector512.Load(x2 + i);
                Vector512.MultiplyAddEstimate(-b, si, a * ci).Store(x + i);
                Vector512.MultiplyAddEstimate(a, si, b * ci).Store(x2 + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            var sign = Vector256.Create(direction);
            for (; i <= half - 8; i += 8)
            {
                Vector256<float> ci = Vector256.Load(c + i);
                Vector256<float> si = Vector256.Load(s + i) * sign;
                Vector256<float> a = Vector256.Load(x + i);
                Vector256<float> b = Vector256.Load(x2 + i);
                Vector256.MultiplyAddEstimate(-b, si, a * ci).Store(x + i);
                Vector256.MultiplyAddEstimate(a, si, b * ci).Store(x2 + i);
            }
        }

        for (; i <= half - 4; i += 4)
        {
            Vector128<float> ci = Vector128.Load(c + i);
            Vector128<float> si = Vector128.Load(s + i) * direction;
            Vector128<float> a = Vector128.Load(x + i);
            Vector128<float> b = Vector128.Load(x2 + i);
            Vector128.MultiplyAddEstimate(-b, si, a * ci).Store(x + i);
            Vector128.MultiplyAddEstimate(a, si, b * ci).Store(x2 + i);
        }

        for (; i < half; i++)
        {
            RotatePair(ref x[i], ref x2[i], c[i], s[i] * direction);
        }
    }

    private static void RotateInterleaved(float* x, float* c, float* s, int half, float direction)
    {
        Vector128<float> signs = Vector128.Create(-1f, 1f, -1f, 1f) * direction;
        int i = 0;
        for (; i <= half - 2; i += 2)
        {
            Vector128<float> ci = Vector128.Create(c[i], c[i], c[i + 1], c[i + 1]);
            Vector128<float> si = Vector128.Create(s[i], s[i], s[i + 1], s[i + 1]) * signs;
            Vector128<float> pairs = Vector128.Load(x + (2 * i));
            Vector128<float> swapped = Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2));
            Vector128.MultiplyAddEstimate(swapped, si, pairs * ci).Store(x + (2 * i));
        }

        for (; i < half; i++)
        {
            RotatePair(ref x[2 * i], ref x[(2 * i) + 1], c[i], s[i] * direction);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RotatePair(ref float a, ref float b, float c, float s) =>
        (a, b) = ((a * c) - (b * s), (b * c) + (a * s));
}
