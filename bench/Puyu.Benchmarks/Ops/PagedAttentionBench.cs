using System.Globalization;
using Puyu.Tensors;

namespace Puyu.Benchmarks.Ops;

/// <summary>
/// Attention over a paged cache: decoding beside a plain read of as many bytes, prefill beside the peak of the float32
/// units, and how the time of a long prompt grows.
/// </summary>
public static class PagedAttentionBench
{
    private const int Rounds = 7;
    private const int BlockSize = 32;
    private const int Positions = 16384;
    private const int StepBytes = 1 << 28;

    private static readonly QkvLayout _layout = new(32, 8, 128, QkvOrder.GroupInterleaved);

    /// <summary>Prints three tables; takes about a minute.</summary>
    public static void Run(TextWriter output)
    {
        foreach (int threads in (int[])[1, 2])
        {
            using var backend = new CpuBackend(threads);
            using Scope scope = backend.BeginScope();
            Decode(backend, scope, output);
        }

        using var one = new CpuBackend(threads: 1);
        Prefill(one, output);
        Growth(one, output);
    }

    private static unsafe void Decode(CpuBackend backend, Scope scope, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Decoding, {backend.Threads} threads: {_layout.Heads} heads, {_layout.KvHeads} key-value heads of "
            + $"{_layout.HeadDim}; layers until 256 MiB are read; medians of {Rounds}"));
        output.WriteLine();
        output.WriteLine("| format | bytes a token and head | sequences × context | GB/s | of a plain read "
            + "| tokens/s of a layer |");
        output.WriteLine("| --- | --: | --- | --: | --: | --: |");
        Tensor stream = scope.Zeros([StepBytes], DType.U8);
        foreach (KvFormat format in Enum.GetValues<KvFormat>())
        {
            foreach (int context in (int[])[1024, 16384])
            {
                using Scope inner = scope.Begin();
                int sequences = Positions / context;
                var step = new PagedStep(backend, inner, _layout, format, sequences, context, rows: 1, StepBytes);
                double[] seconds = Alternating.MedianSeconds(
                    Rounds, () => StreamRead.Measure(backend.Workers, stream.Pointer<byte>(), StepBytes), step.Run);
                double rate = step.Bytes / seconds[1];
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {format} | {KvBlocks.BytesOf(BlockSize, 1, _layout.HeadDim, format) / BlockSize} "
                    + $"| {sequences} × {context} | {rate / 1e9:F1} | {100 * rate * seconds[0] / StepBytes:F0} % "
                    + $"| {step.Layers * sequences / seconds[1]:F0} |"));
            }
        }

        output.WriteLine();
    }

    private static void Prefill(CpuBackend backend, TextWriter output)
    {
        const int Rows = 256;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Prefill of {Rows} rows, 1 thread, the same heads; medians of {Rounds}"));
        output.WriteLine();
        output.WriteLine("| format | context before | ms | GFLOP/s | % of peak |");
        output.WriteLine("| --- | --: | --: | --: | --: |");
        foreach (KvFormat format in Enum.GetValues<KvFormat>())
        {
            foreach (int before in (int[])[0, 4096 - Rows])
            {
                using Scope scope = backend.BeginScope();
                var step = new PagedStep(backend, scope, _layout, format, 1, before + Rows, Rows, bytes: 1);
                double peak = PeakFlops.Measure(backend.Workers);
                double seconds = Alternating.MedianSeconds(Rounds, step.Run)[0];
                peak = (peak + PeakFlops.Measure(backend.Workers)) / 2;
                double products = Rows * (before + ((Rows + 1) / 2.0));
                double operations = 4 * products * _layout.Heads * _layout.HeadDim;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {format} | {before} | {1e3 * seconds:F1} | {operations / seconds / 1e9:F0} "
                    + $"| {100 * operations / seconds / peak:F0} |"));
            }
        }

        output.WriteLine();
    }

    /// <summary>
    /// Time of whole prompts in chunks, against a n + b n² through the first and the third length.
    /// </summary>
    private static void Growth(CpuBackend backend, TextWriter output)
    {
        const int Chunk = 256;
        var layout = new QkvLayout(4, 2, 64, QkvOrder.GroupInterleaved);
        int[] lengths = [2048, 4096, 8192, 16384];

        // The longest first: what is compiled anew while it runs shall not count with the shortest.
        double[] seconds = [.. lengths.Reverse().Select(length =>
        {
            using Scope scope = backend.BeginScope();
            PagedStep[] chunks = [.. Enumerable.Range(1, length / Chunk).Select(
                i => new PagedStep(backend, scope, layout, KvFormat.Int8, 1, i * Chunk, Chunk, bytes: 1))];
            return Alternating.MedianSeconds(3, () => Array.ForEach(chunks, chunk => chunk.Run()))[0];
        }).Reverse()];
        double n0 = lengths[0];
        double n2 = lengths[2];
        double b = ((seconds[2] / n2) - (seconds[0] / n0)) / (n2 - n0);
        double a = (seconds[0] / n0) - (b * n0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Prompts in chunks of {Chunk}, 1 thread, Int8, {layout.Heads} heads, {layout.KvHeads} key-value "
            + $"heads of {layout.HeadDim}: a n + b n² with a = {1e6 * a:F2} µs, b = {1e9 * b:F3} ns"));
        output.WriteLine();
        output.WriteLine("| tokens n | s | a n + b n² | off by |");
        output.WriteLine("| --: | --: | --: | --: |");
        for (int i = 0; i < lengths.Length; i++)
        {
            double law = (a * lengths[i]) + (b * lengths[i] * (double)lengths[i]);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {lengths[i]} | {seconds[i]:F3} | {law:F3} | {100 * ((seconds[i] / law) - 1):F1} % |"));
        }
    }
}
