using System.Globalization;
using Puyu.Data;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training;

namespace Puyu.Benchmarks.Training;

/// <summary>
/// Whole training steps (forward, backward, clipping, AdamW) beside the peak that register-only multiply-adds reach in
/// the same minutes.
/// </summary>
internal static class TrainingStepBench
{
    private const int Rounds = 7;

    /// <summary>Prints a table.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine(
            "Step: forward, backward, norm, clipping and AdamW, float32. FLOP: six for each weight of a linear map and "
            + "token, and causal attention by what it needs. Peak: measured in alternation with the steps.");
        output.WriteLine();
        output.WriteLine("| model | parameters | batch | threads | step | tokens/s | GFLOP/s | peak | of peak |");
        output.WriteLine("| --- | --: | --- | --: | --: | --: | --: | --: | --: |");
        foreach (int threads in (int[])[1, Environment.ProcessorCount])
        {
            Measure(output, "GPT-2 124M size", Gpt2Size(tiesEmbeddings: true), batch: 4, threads);
            Measure(output, "quickstart", Quickstart(), batch: 16, threads);
        }
    }

    /// <summary>The sizes of GPT-2 small, with SwiGLU of equal arithmetic and the same vocabulary.</summary>
    private static ModelConfig Gpt2Size(bool tiesEmbeddings) => new()
    {
        Architecture = ModelArchitecture.InternLm2,
        HiddenSize = 768,
        IntermediateSize = 2048,
        Layers = 12,
        Heads = 12,
        KvHeads = 12,
        VocabSize = 50257,
        MaxPositions = 1024,
        TiesEmbeddings = tiesEmbeddings,
    };

    private static ModelConfig Quickstart() => new()
    {
        Architecture = ModelArchitecture.InternLm2,
        HiddenSize = 256,
        IntermediateSize = 688,
        Layers = 6,
        Heads = 4,
        KvHeads = 2,
        VocabSize = 8000,
        MaxPositions = 1024,
    };

    private static void Measure(TextWriter output, string name, ModelConfig config, int batch, int threads)
    {
        const int SequenceLength = 256;
        using var backend = new CpuBackend(threads);
        using Decoder model = Decoder.Create(config, backend);
        model.Initialize(seed: 1);
        using var training = new TrainingStep(
            model, new RandomRows(config.VocabSize, batch * SequenceLength, SequenceLength),
            new TrainingOptions { Steps = 1000 });
        double flops = 0;
        double peak = 0;
        double[] seconds = Alternating.MedianSeconds(
            Rounds, () => peak = Math.Max(peak, PeakFlops.Measure(threads)), () => flops = training.Run(step: 0).Flops);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {model.Parameters.Sum(parameter => parameter.Count) / 1e6:F1} M | {batch} × {SequenceLength} "
            + $"| {threads} | {seconds[1]:F3} s | {batch * SequenceLength / seconds[1]:N0} | {flops / seconds[1] / 1e9:F0} "
            + $"| {peak / 1e9:F0} | {flops / seconds[1] / peak:P0} |"));
    }

    /// <summary>Rows of uniformly drawn tokens.</summary>
    private sealed class RandomRows(int vocabSize, int tokensPerBatch, int sequenceLength) : BatchSampler
    {
        private Abstractions.CounterRandom _random = new(seed: 1);

        public override int TokensPerBatch => tokensPerBatch;

        public override int SequenceLength => sequenceLength;

        public override long BatchesPerEpoch => 1;

        public override SamplerState State { get; set; }

        public override void Next(MicroBatch batch)
        {
            batch.Clear();
            while (batch.Free > 0)
            {
                batch.Append(sequenceLength, out Span<int> tokenIds, out Span<int> labels);
                foreach (ref int id in tokenIds)
                {
                    id = _random.NextInt32(vocabSize);
                }

                tokenIds[1..].CopyTo(labels);
                labels[^1] = MicroBatch.IgnoredLabel;
            }
        }
    }
}
