using System.Diagnostics;
using System.Globalization;
using Puyu.Tensors;

namespace Puyu.Benchmarks.Ops;

/// <summary>
/// Causal attention, forward and backward, beside the peak of the processor's float32 units, measured in turns. Counted
/// are the products on and below the diagonal alone: 2 forward, and 5 backward of which one is the scores again.
/// </summary>
public static class AttentionBench
{
    private const int Rounds = 15;

    /// <summary>Heads, key-value heads, E, sequences and their length: training of small models, and wide heads.</summary>
    private static readonly (int Heads, int KvHeads, int HeadDim, int Sequences, int Length)[] _shapes =
    [
        (12, 12, 64, 4, 256),
        (12, 12, 64, 1, 1024),
        (12, 4, 64, 1, 1024),
        (16, 8, 128, 1, 1024),
        (8, 8, 80, 2, 512),
        (16, 16, 16, 4, 256),
    ];

    /// <summary>Prints a table for one thread; takes some seconds.</summary>
    public static void Run(TextWriter output)
    {
        using var backend = new CpuBackend(threads: 1);
        output.WriteLine("| heads | E | sequences | forward GFLOP/s | % | backward GFLOP/s | % | both, % of peak |");
        output.WriteLine("| --- | --: | --- | --: | --: | --: | --: | --: |");
        foreach ((int heads, int kvHeads, int headDim, int sequences, int length) in _shapes)
        {
            var layout = new QkvLayout(heads, kvHeads, headDim, QkvOrder.GroupInterleaved);
            Measure(backend, layout, sequences, length, output);
        }
    }

    private static void Measure(CpuBackend backend, QkvLayout layout, int sequences, int length, TextWriter output)
    {
        using Scope scope = backend.BeginScope();
        int rows = sequences * length;
        int[] boundaries = [.. Enumerable.Range(0, sequences + 1).Select(s => s * length)];
        Tensor qkv = Fill(scope.Empty([rows, layout.Width]));
        Tensor dQkv = scope.Empty(qkv.Shape);
        Tensor y = scope.Empty([rows, layout.Heads * layout.HeadDim]);
        Tensor dY = Fill(scope.Empty(y.Shape));
        Tensor logSumExp = scope.Empty([layout.Heads, rows]);
        var input = new AttentionInput(qkv, scope.From<int>(boundaries, [sequences + 1]), layout);
        double product = 1.0 * sequences * layout.Heads * layout.HeadDim * length * (length + 1);
        double[][] shares = [new double[Rounds], new double[Rounds], new double[Rounds]];
        double[][] rates = [new double[Rounds], new double[Rounds]];
        for (int round = 0; round < Rounds; round++)
        {
            double peak = PeakFlops.Measure(backend.Workers);
            double forward = Seconds(() => backend.AttentionForward(input, y, logSumExp));
            double backward = Seconds(() =>
            {
                dQkv.MarkZero();
                backend.AttentionBackward(input, y, logSumExp, dY, dQkv);
            });
            peak = (peak + PeakFlops.Measure(backend.Workers)) / 2;
            (rates[0][round], rates[1][round]) = (2 * product / forward / 1e9, 5 * product / backward / 1e9);
            shares[0][round] = 2 * product / forward / peak;
            shares[1][round] = 5 * product / backward / peak;
            shares[2][round] = 7 * product / (forward + backward) / peak;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {layout.Heads}/{layout.KvHeads} | {layout.HeadDim} | {sequences} × {length} "
            + $"| {Median(rates[0]):F0} | {100 * Median(shares[0]):F0} | {Median(rates[1]):F0} "
            + $"| {100 * Median(shares[1]):F0} | {100 * Median(shares[2]):F0} |"));
    }

    private static double Seconds(Action work)
    {
        long before = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(before).TotalSeconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static Tensor Fill(Tensor x)
    {
        Span<float> elements = x.Span<float>();
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = MathF.Sin(i * 0.37f);
        }

        return x;
    }
}
