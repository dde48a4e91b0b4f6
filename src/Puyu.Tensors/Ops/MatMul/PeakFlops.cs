using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>What the processor's float32 units could do: the measure of every matrix product.</summary>
/// <remarks>
/// Twelve independent chains of fused multiply-adds in registers of the widest vectors, without any memory access. The
/// clock of a shared machine moves, so a comparison measures this and the other in turns.
/// </remarks>
public static class PeakFlops
{
    private const int Chains = 12;
    private const int StepsPerPiece = 20_000;
    private const int PiecesPerThread = 8;
    private const int Bursts = 200;
    private const double MaxSeconds = 1;

    /// <summary>Measures the peak; takes about a quarter of a second, and one where there are no vectors.</summary>
    /// <param name="threads">Threads that compute at once; at least 1.</param>
    /// <returns>Floating-point operations per second, a multiply-add being two: the best of several bursts.</returns>
    public static double Measure(int threads)
    {
        using var workers = new Workers(threads);
        double best = 0;
        long started = Stopwatch.GetTimestamp();
        for (int burst = 0; burst < Bursts && Stopwatch.GetElapsedTime(started).TotalSeconds < MaxSeconds; burst++)
        {
            best = Math.Max(best, Measure(workers));
        }

        return best;
    }

    /// <summary>One burst of about a millisecond.</summary>
    internal static double Measure(Workers workers)
    {
        int pieces = PiecesPerThread * workers.Threads;
        var job = default(Job);
        long before = Stopwatch.GetTimestamp();
        workers.ForEach(pieces, ref job);
        double seconds = Stopwatch.GetElapsedTime(before).TotalSeconds;
        return 2.0 * pieces * StepsPerPiece * Chains * Lanes / seconds;
    }

    private static int Lanes => Avx512F.IsSupported ? Vector512<float>.Count
        : Vector256.IsHardwareAccelerated ? Vector256<float>.Count
        : Vector128<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Burst512(int steps)
    {
        Vector512<float> half = Vector512.Create(0.5f);
        Vector512<float> c0 = half, c1 = half, c2 = half, c3 = half;
        Vector512<float> c4 = half, c5 = half, c6 = half, c7 = half;
        Vector512<float> c8 = half, c9 = half, c10 = half, c11 = half;
        for (; steps > 0; steps--)
        {
            c0 = Avx512F.FusedMultiplyAdd(c0, half, half);
            c1 = Avx512F.FusedMultiplyAdd(c1, half, half);
            c2 = Avx512F.FusedMultiplyAdd(c2, half, half);
            c3 = Avx512F.FusedMultiplyAdd(c3, half, half);
            c4 = Avx512F.FusedMultiplyAdd(c4, half, half);
            c5 = Avx512F.FusedMultiplyAdd(c5, half, half);
            c6 = Avx512F.FusedMultiplyAdd(c6, half, half);
            c7 = Avx512F.FusedMultiplyAdd(c7, half, half);
            c8 = Avx512F.FusedMultiplyAdd(c8, half, half);
            c9 = Avx512F.FusedMultiplyAdd(c9, half, half);
            c10 = Avx512F.FusedMultiplyAdd(c10, half, half);
            c11 = Avx512F.FusedMultiplyAdd(c11, half, half);
        }

        return Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Burst256(int steps)
    {
        Vector256<float> half = Vector256.Create(0.5f);
        Vector256<float> c0 = half, c1 = half, c2 = half, c3 = half;
        Vector256<float> c4 = half, c5 = half, c6 = half, c7 = half;
        Vector256<float> c8 = half, c9 = half, c10 = half, c11 = half;
        for (; steps > 0; steps--)
        {
            c0 = Vector256.MultiplyAddEstimate(c0, half, half);
            c1 = Vector256.MultiplyAddEstimate(c1, half, half);
            c2 = Vector256.MultiplyAddEstimate(c2, half, half);
            c3 = Vector256.MultiplyAddEstimate(c3, half, half);
            c4 = Vector256.MultiplyAddEstimate(c4, half, half);
            c5 = Vector256.MultiplyAddEstimate(c5, half, half);
            c6 = Vector256.MultiplyAddEstimate(c6, half, half);
            c7 = Vector256.MultiplyAddEstimate(c7, half, half);
            c8 = Vector256.MultiplyAddEstimate(c8, half, half);
            c9 = Vector256.MultiplyAddEstimate(c9, half, half);
            c10 = Vector256.MultiplyAddEstimate(c10, half, half);
            c11 = Vector256.MultiplyAddEstimate(c11, half, half);
        }

        return Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Burst128(int steps)
    {
        Vector128<float> half = Vector128.Create(0.5f);
        Vector128<float> c0 = half, c1 = half, c2 = half, c3 = half;
        Vector128<float> c4 = half, c5 = half, c6 = half, c7 = half;
        Vector128<float> c8 = half, c9 = half, c10 = half, c11 = half;
        for (; steps > 0; steps--)
        {
            c0 = Vector128.MultiplyAddEstimate(c0, half, half);
            c1 = Vector128.MultiplyAddEstimate(c1, half, half);
            c2 = Vector128.MultiplyAddEstimate(c2, half, half);
            c3 = Vector128.MultiplyAddEstimate(c3, half, half);
            c4 = Vector128.MultiplyAddEstimate(c4, half, half);
            c5 = Vector128.MultiplyAddEstimate(c5, half, half);
            c6 = Vector128.MultiplyAddEstimate(c6, half, half);
            c7 = Vector128.MultiplyAddEstimate(c7, half, half);
            c8 = Vector128.MultiplyAddEstimate(c8, half, half);
            c9 = Vector128.MultiplyAddEstimate(c9, half, half);
            c10 = Vector128.MultiplyAddEstimate(c10, half, half);
            c11 = Vector128.MultiplyAddEstimate(c11, half, half);
        }

        return Vector128.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    private struct Job : IJob
    {
        public readonly void Execute(int piece, int worker)
        {
            float sum = Avx512F.IsSupported ? Burst512(StepsPerPiece)
                : Vector256.IsHardwareAccelerated ? Burst256(StepsPerPiece)
                : Burst128(StepsPerPiece);
            Consume(sum);
        }

        /// <summary>Keeps the JIT from dropping a sum that nobody reads.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Consume(float sum) => _ = sum;
    }
}
