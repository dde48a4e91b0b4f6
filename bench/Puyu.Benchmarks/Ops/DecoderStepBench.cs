using System.Diagnostics;
using System.Globalization;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Benchmarks.Ops;

/// <summary>
/// A whole decoder of the shape of InternLM2-1.8B with packed weights: tokens per second of a prompt beside the peak of
/// the float32 units, and of decoding beside the rate of reading the weights, in turns.
/// </summary>
public static unsafe class DecoderStepBench
{
    private const int Rounds = 3;
    private const int PromptTokens = 512;

    private static readonly QuantScheme _scheme = new() { GroupSize = 32, IsSymmetric = true };
    private static readonly int[] _batches = [1, 4, 8];

    /// <summary>Prints a table for 1 and 2 threads; takes about two minutes.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"InternLM2-1.8B's shape, 4 bits in groups of {_scheme.GroupSize}, medians of {Rounds}. A prompt has "
            + $"{PromptTokens} tokens; its control is the FMA peak in GFLOP/s. Decoding goes on after it; its control is "
            + $"reading all weights once for the tokens of a step."));
        output.WriteLine();
        output.WriteLine("| threads | what | tokens/s | control | ratio |");
        output.WriteLine("| --: | --- | --: | --: | --: |");
        foreach (int threads in new[] { 1, 2 })
        {
            using var backend = new CpuBackend(threads);
            using Decoder decoder = Decoder.Create(ModelShapes.Of("internlm2-1.8b"), backend, Attach);
            using var step = new DecoderStep(decoder, _batches[^1], PromptTokens + 1);
            Measure(
                output, threads, "prompt", PromptTokens, () => step.Run(1, PromptTokens, cached: 0),
                () => PeakFlops.Measure(backend.Workers) / 1e9);
            foreach (int batch in _batches)
            {
                Measure(
                    output, threads, $"decode × {batch}", batch, () => step.Run(batch, 1, PromptTokens),
                    () => batch / ReadSeconds(backend, decoder));
            }
        }
    }

    private static void Measure(
        TextWriter output, int threads, string what, int tokens, Action work, Func<double> control)
    {
        work();
        double[] rates = new double[Rounds];
        double[] controls = new double[Rounds];
        double[] ratios = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            double before = control();
            long started = Stopwatch.GetTimestamp();
            work();
            rates[round] = tokens / Stopwatch.GetElapsedTime(started).TotalSeconds;
            controls[round] = (before + control()) / 2;
            ratios[round] = rates[round] / controls[round];
        }

        Array.Sort(rates);
        Array.Sort(controls);
        Array.Sort(ratios);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {threads} | {what} | {rates[Rounds / 2]:F1} | {controls[Rounds / 2]:F1} | {ratios[Rounds / 2]:F2} |"));
    }

    /// <summary>Seconds to read what a step reads: all weights but the embedding's.</summary>
    private static double ReadSeconds(CpuBackend backend, Decoder decoder)
    {
        double seconds = 0;
        foreach (Parameter parameter in decoder.Parameters)
        {
            if (parameter.Packed is { } weight && parameter.Name != "embedding.weight")
            {
                long bytes = weight.Bytes - PackedLayout.HeaderBytes;
                seconds += bytes / StreamRead.Measure(backend.Workers, weight.Tile(0), bytes);
            }
        }

        return seconds;
    }

    private static void Attach(Scope scope, Parameter parameter)
    {
        if (parameter.Shape.Rank == 2)
        {
            parameter.Attach(QuantizedLinearBench.Pack(parameter.Shape[0], parameter.Shape[1], _scheme));
            return;
        }

        Tensor ones = scope.Empty(parameter.Shape);
        ones.Span<float>().Fill(1);
        parameter.Attach(ones);
    }
}
