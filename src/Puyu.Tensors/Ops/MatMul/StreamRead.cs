using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>How fast memory can be read: the measure of decoding, which reads all weights for every token.</summary>
/// <remarks>
/// Each thread reads its own part of a block much larger than the caches, in order, four vectors at a time, from huge
/// pages where the system has them. Like <see cref="PeakFlops"/>, to be measured in turns with what it is compared to.
/// </remarks>
public static unsafe class StreamRead
{
    /// <summary>Bytes of the block that <see cref="Measure(int)"/> reads.</summary>
    private const long Bytes = 1L << 30;

    private const int Stride = 256;
    private const int Bursts = 5;
    private const double MaxSeconds = 1;

    /// <summary>Measures the rate; takes about a second, and a gigabyte of memory.</summary>
    /// <param name="threads">Threads that read at once; at least 1.</param>
    /// <returns>Bytes per second: the best of several passes.</returns>
    public static double Measure(int threads)
    {
        using var workers = new Workers(threads);
        nint block = NativeBlocks.Reserve(Bytes);
        try
        {
            new Span<byte>((void*)block, (int)Bytes).Fill(1);
            double best = 0;
            long started = Stopwatch.GetTimestamp();
            for (int burst = 0; burst < Bursts && Stopwatch.GetElapsedTime(started).TotalSeconds < MaxSeconds; burst++)
            {
                best = Math.Max(best, Measure(workers, (byte*)block, Bytes));
            }

            return best;
        }
        finally
        {
            NativeBlocks.Release(block);
        }
    }

    /// <summary>One pass over a block, in bytes per second.</summary>
    internal static double Measure(Workers workers, byte* block, long bytes)
    {
        var job = new Job { Block = block, PartBytes = bytes / workers.Threads / Stride * Stride };
        long before = Stopwatch.GetTimestamp();
        workers.ForEach(workers.Threads, ref job);
        return job.PartBytes * workers.Threads / Stopwatch.GetElapsedTime(before).TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Read(byte* block, long bytes)
    {
        Vector512<long> a = default, b = default, c = default, d = default;
        for (long at = 0; at < bytes; at += Stride)
        {
            a ^= Vector512.Load((long*)(block + at));
            b ^= Vector512.Load((long*)(block + at + 64));
            c ^= Vector512.Load((long*)(block + at + 128));
            d ^= Vector512.Load((long*)(block + at + 192));
        }

        return Vector512.Sum(a ^ b ^ c ^ d);
    }

    private struct Job : IJob
    {
        public byte* Block;
        public long PartBytes;

        public readonly void Execute(int piece, int worker) => Consume(Read(Block + (piece * PartBytes), PartBytes));

        /// <summary>Keeps the JIT from dropping a sum that nobody reads.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Consume(long sum) => _ = sum;
    }
}
