using System.Diagnostics;
using System.Globalization;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Benchmarks.Ops;

/// <summary>
/// Products with packed weights beside what limits them, measured in turns: the peak of the float32 units for many
/// rows, the rate of reading memory for few.
/// </summary>
public static unsafe class QuantizedLinearBench
{
    private const int Rounds = 5;

    /// <summary>Weights that few rows meet: more than the caches of a server hold.</summary>
    private const long ManyBytes = 768L << 20;

    private static readonly (string Name, QuantScheme Scheme)[] _schemes =
    [
        ("W4 g32", new QuantScheme { GroupSize = 32, IsSymmetric = true }),
        ("W4 g128 zeros", new QuantScheme { GroupSize = 128 }),
        ("W8 g32", new QuantScheme { Bits = 8, GroupSize = 32, IsSymmetric = true }),
    ];

    /// <summary>N, K of the layers of a 1.8B model.</summary>
    private static readonly (string Name, int N, int K)[] _layers =
        [("wqkv", 4096, 2048), ("wo", 2048, 2048), ("w1", 8192, 2048), ("w2", 2048, 8192)];

    private static readonly int[] _fewRows = [1, 2, 4, 8, 16];

    /// <summary>Prints tables for 1 and 2 threads; takes about a minute.</summary>
    public static void Run(TextWriter output)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            using var backend = new CpuBackend(threads);
            ManyRows(output, backend);
            FewRows(output, backend);
        }
    }

    private static void ManyRows(TextWriter output, CpuBackend backend)
    {
        const int Rows = 512;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Rows} rows, {backend.Threads} threads, medians of {Rounds}"));
        output.WriteLine();
        output.WriteLine("| weights | kernels | layer | N × K | GOP/s | FMA peak, GFLOP/s | ratio |");
        output.WriteLine("| --- | --- | --- | --- | --: | --: | --: |");
        foreach ((string name, QuantScheme scheme) in _schemes)
        {
            foreach ((string layer, int n, int k) in _layers)
            {
                using PackedMatrix packed = Pack(n, k, scheme);
                using Scope scope = backend.BeginScope();
                Tensor x = Numbers(scope, Rows, k);
                (double seconds, double peak, double ratio) = InTurns(
                    () => Multiply(backend, x, [packed]), () => PeakFlops.Measure(backend.Workers),
                    seconds => 2.0 * Rows * n * k / seconds);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {QuantizedKernels.Best(scheme.Bits, Rows).Name} | {layer} | {n} × {k} | "
                    + $"{2.0 * Rows * n * k / seconds / 1e9:F0} | {peak / 1e9:F0} | {ratio:F2} |"));
            }
        }

        output.WriteLine();
    }

    private static void FewRows(TextWriter output, CpuBackend backend)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Few rows, {backend.Threads} threads, {ManyBytes >> 20} MiB of weights [8192, 2048], "
            + $"medians of {Rounds}"));
        output.WriteLine();
        output.WriteLine("| weights | rows | GB/s | read, GB/s | ratio | GOP/s |");
        output.WriteLine("| --- | --: | --: | --: | --: | --: |");
        foreach ((string name, QuantScheme scheme) in _schemes)
        {
            PackedMatrix[] weights = Copies(Pack(8192, 2048, scheme));
            double bytes = weights.Length * (double)weights[0].Bytes;
            foreach (int rows in _fewRows)
            {
                using Scope scope = backend.BeginScope();
                Tensor x = Numbers(scope, rows, 2048);
                (double seconds, double read, double ratio) = InTurns(
                    () => Multiply(backend, x, weights), () => Read(backend, weights), seconds => bytes / seconds);
                double operations = 2.0 * rows * 8192 * 2048 * weights.Length;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {rows} | {bytes / seconds / 1e9:F1} | {read / 1e9:F1} | {ratio:F2} | "
                    + $"{operations / seconds / 1e9:F0} |"));
            }

            Array.ForEach(weights, weight => weight.Dispose());
        }

        output.WriteLine();
    }

    /// <summary>Medians: seconds of the work, the control before and after it, and their ratio.</summary>
    private static (double Seconds, double Control, double Ratio) InTurns(
        Action work, Func<double> control, Func<double, double> rate)
    {
        work();
        double[] seconds = new double[Rounds];
        double[] controls = new double[Rounds];
        double[] ratios = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            double before = control();
            long started = Stopwatch.GetTimestamp();
            work();
            seconds[round] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            controls[round] = (before + control()) / 2;
            ratios[round] = rate(seconds[round]) / controls[round];
        }

        Array.Sort(seconds);
        Array.Sort(controls);
        Array.Sort(ratios);
        return (seconds[Rounds / 2], controls[Rounds / 2], ratios[Rounds / 2]);
    }

    private static void Multiply(CpuBackend backend, Tensor x, PackedMatrix[] weights)
    {
        foreach (PackedMatrix weight in weights)
        {
            using Scope scope = backend.BeginScope();
            scope.QuantizedLinear(x, weight);
        }
    }

    /// <summary>Reads the same memory that the products read.</summary>
    private static double Read(CpuBackend backend, PackedMatrix[] weights)
    {
        double seconds = 0;
        long bytes = 0;
        foreach (PackedMatrix weight in weights)
        {
            long part = weight.Bytes - PackedLayout.HeaderBytes;
            seconds += part / StreamRead.Measure(backend.Workers, weight.Tile(0), part);
            bytes += part;
        }

        return bytes / seconds;
    }

    internal static PackedMatrix Pack(int n, int k, QuantScheme scheme)
    {
        byte[] codes = new byte[n * k];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)(i * 7919L % 2003 % (scheme.MaxCode + 1));
        }

        float[] scales = new float[n * scheme.Groups(k)];
        Array.Fill(scales, 0.01f);
        float[] offsets = new float[scales.Length];
        Array.Fill(offsets, scheme.IsSymmetric ? -0.01f * (scheme.MaxCode + 1) / 2 : -0.03f);
        return PackedMatrix.Pack(new QuantizedWeights(n, k, scheme, codes, scales, offsets));
    }

    private static PackedMatrix[] Copies(PackedMatrix packed)
    {
        using (packed)
        {
            QuantizedWeights weights = packed.Unpack();
            return [.. Enumerable.Range(0, (int)(ManyBytes / packed.Bytes)).Select(_ => PackedMatrix.Pack(weights))];
        }
    }

    private static Tensor Numbers(Scope scope, int rows, int width)
    {
        Tensor x = scope.Empty([rows, width]);
        Span<float> numbers = x.Span<float>();
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = ((i * 7919L % 2003) - 1001) / 1001f;
        }

        return x;
    }
}
