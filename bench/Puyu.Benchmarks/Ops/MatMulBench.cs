using System.Diagnostics;
using System.Globalization;
using Puyu.Tensors;
using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Benchmarks.Ops;

/// <summary>
/// The matrix product beside the peak of the processor's float32 units, which is measured in turns with it: the clock
/// of a shared machine moves by more than the differences of interest.
/// </summary>
public static unsafe class MatMulBench
{
    private const int Rounds = 11;

    /// <summary>M, N, K: a cube; the layers of a 1.8B model at 512 tokens; those of small models in training; decoding.</summary>
    private static readonly (string Name, MatMulForm Form, int M, int N, int K)[] _shapes =
    [
        ("cube", MatMulForm.NN, 1024, 1024, 1024),
        ("cube", MatMulForm.NT, 1024, 1024, 1024),
        ("cube", MatMulForm.TN, 1024, 1024, 1024),
        ("1.8B wqkv", MatMulForm.NT, 512, 4096, 2048),
        ("1.8B wo", MatMulForm.NT, 512, 2048, 2048),
        ("1.8B w1", MatMulForm.NT, 512, 8192, 2048),
        ("1.8B w2", MatMulForm.NT, 512, 2048, 8192),
        ("D=768 forward", MatMulForm.NT, 1024, 3072, 768),
        ("D=768 dX", MatMulForm.NN, 1024, 768, 3072),
        ("D=768 dW", MatMulForm.TN, 3072, 768, 1024),
        ("D=768 logits", MatMulForm.NT, 256, 50257, 768),
        ("D=768 dHidden", MatMulForm.NN, 256, 768, 50257),
        ("D=768 dHead", MatMulForm.TN, 50257, 768, 256),
        ("D=256 forward", MatMulForm.NT, 4096, 688, 256),
        ("D=256 square", MatMulForm.NT, 4096, 256, 256),
        ("D=256 dX", MatMulForm.NN, 4096, 256, 688),
        ("D=256 dW", MatMulForm.TN, 688, 256, 4096),
        ("D=256 logits", MatMulForm.NT, 512, 8000, 256),
        ("D=256 dHidden", MatMulForm.NN, 512, 256, 8000),
        ("D=256 dHead", MatMulForm.TN, 8000, 256, 512),
        ("batch 1", MatMulForm.NT, 1, 8192, 2048),
        ("batch 8", MatMulForm.NT, 8, 8192, 2048),
        ("batch 16", MatMulForm.NT, 16, 8192, 2048),
        ("batch 64", MatMulForm.NT, 64, 8192, 2048),
    ];

    /// <summary>Prints a table for 1 and 2 threads; takes about a minute.</summary>
    public static void Run(TextWriter output) => Run(output, [1, 2], filter: "");

    internal static void Run(TextWriter output, int[] threadCounts, string filter)
    {
        foreach (int threads in threadCounts)
        {
            using var workers = new Workers(threads);
            var memory = new MemoryPool(NativeBlocks.Reserve, static (block, _) => NativeBlocks.Release(block));
            double peak = PeakFlops.Measure(threads) / 1e9;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{threads} threads, FMA peak {peak:F0} GFLOP/s, kernels {GemmKernels.Best.Name}, medians of {Rounds}"));
            output.WriteLine();
            output.WriteLine("| what | form | M × N × K | GFLOP/s | % of peak | best GFLOP/s |");
            output.WriteLine("| --- | --- | --- | --: | --: | --: |");
            foreach ((string name, MatMulForm form, int m, int n, int k) in _shapes)
            {
                if ($"{name} {form}".Contains(filter, StringComparison.Ordinal))
                {
                    (double rate, double share, double best) = Measure(workers, memory, form, m, n, k);
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"| {name} | {form} | {m} × {n} × {k} | {rate:F0} | {100 * share:F0} | {best:F0} |"));
                }
            }

            output.WriteLine();
            memory.Trim();
        }
    }

    private static (double Rate, double Share, double Best) Measure(
        Workers workers, MemoryPool memory, MatMulForm form, int m, int n, int k)
    {
        Storage a = Numbers(memory, (long)m * k);
        Storage b = Numbers(memory, (long)n * k);
        Storage c = Numbers(memory, (long)m * n);
        var problem = new GemmProblem((float*)a.Pointer, (float*)b.Pointer, (float*)c.Pointer, m, n, k, form);
        Gemm.Multiply(workers, memory, problem);
        double[] rates = new double[Rounds];
        double[] shares = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            double peak = PeakFlops.Measure(workers);
            long before = Stopwatch.GetTimestamp();
            Gemm.Multiply(workers, memory, problem);
            double flops = 2.0 * m * n * k / Stopwatch.GetElapsedTime(before).TotalSeconds;
            peak = (peak + PeakFlops.Measure(workers)) / 2;
            (rates[round], shares[round]) = (flops / 1e9, flops / peak);
        }

        a.Release();
        b.Release();
        c.Release();
        Array.Sort(rates);
        Array.Sort(shares);
        return (rates[Rounds / 2], shares[Rounds / 2], rates[^1]);
    }

    private static Storage Numbers(MemoryPool memory, long count)
    {
        Storage storage = memory.Rent(count * sizeof(float));
        float* numbers = (float*)storage.Pointer;
        for (long i = 0; i < count; i++)
        {
            numbers[i] = ((i * 7919 % 2003) - 1001) / 1001f;
        }

        return storage;
    }
}
