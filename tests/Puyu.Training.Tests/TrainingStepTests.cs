using Puyu.Data;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests;

public class TrainingStepTests
{
    private const int Ignored = MicroBatch.IgnoredLabel;

    /// <summary>
    /// Token losses 1, 2, 3 in one micro-batch and 10 in another: their mean is 4, the mean of the means would be 6.
    /// </summary>
    [Fact]
    public void Loss_IsTheMeanOverTheTokensOfTheStep()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder model = ModelWithTokenLosses(backend, [1, 2, 3, 10]);
        var sampler = new ListSampler(4, ([0, 1, 2], [0, 0, 0]), ([1, 3, 2], [Ignored, 0, Ignored]));
        using var training = new TrainingStep(model, sampler, Options(microBatchesPerStep: 2));

        StepResult result = training.Run(step: 0);

        Assert.Equal(4, result.TrainedTokens);

        // Logits of up to 10 in float32 are off by up to 10 · 2⁻²⁴ for each of about 8 roundings on the way.
        Assert.Equal(4.0, result.Loss, 80 * Math.Pow(2, -24));
    }

    [Fact]
    public void Gradients_DoNotDependOnTheSplitIntoMicroBatches()
    {
        (int[], int[]) first = ([1, 2, 3, 4, 5, 6], [2, 3, Ignored, 5, 6, Ignored]);
        (int[], int[]) second = ([7, 8, 9], [8, 9, 1]);
        (int[], int[]) third = ([1, 5], [Ignored, 9]);
        float[] together = GradientsOf(32, Together);
        float[] apart = GradientsOf(8, first, second, third);

        // Both sum the same products in another order; terms and sums are at most the largest gradient.
        double scale = together.Max(Math.Abs);
        Assert.All(
            together.Zip(apart), pair => Assert.Equal(pair.First, pair.Second, scale * Numbers.Gamma(200)));
        Assert.True(scale > 1e-3);

        void Together(MicroBatch batch)
        {
            foreach ((int[] tokenIds, int[] labels) in ((int[], int[])[])[first, second, third])
            {
                batch.Append(tokenIds, labels);
            }
        }
    }

    [Fact]
    public void Run_WithoutALabel_SaysSo()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder model = ModelWithTokenLosses(backend, [1, 1, 1, 1]);
        using var training = new TrainingStep(model, new ListSampler(4, ([0, 1], [Ignored, Ignored])), Options(2));

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => training.Run(step: 6));

        Assert.Equal("step 7 has 8 tokens but no label to learn from", exception.Message);
    }

    private static TrainingOptions Options(int microBatchesPerStep) =>
        new TrainingOptions { Steps = 10, MicroBatchesPerStep = microBatchesPerStep }.Validated();

    private static float[] GradientsOf(int tokensPerBatch, params (int[], int[])[] batches) =>
        GradientsOf(new ListSampler(tokensPerBatch, batches), batches.Length);

    private static float[] GradientsOf(int tokensPerBatch, Action<MicroBatch> fill) =>
        GradientsOf(new FillSampler(tokensPerBatch, fill), microBatches: 1);

    private static float[] GradientsOf(BatchSampler sampler, int microBatches)
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder model = Decoder.Create(TinyRun.Config, backend);
        model.Initialize(seed: 1);
        using var training = new TrainingStep(model, sampler, Options(microBatches));
        training.Run(step: 0);
        return [.. model.Parameters.SelectMany(parameter => parameter.Gradient!.Span<float>().ToArray())];
    }

    /// <summary>
    /// A model that passes embeddings through (its blocks add nothing), so that each token has a given −log p of token
    /// 0. With logits a and V − 1 zeros, −log p = log(1 + (V − 1) e⁻ᵃ).
    /// </summary>
    private static Decoder ModelWithTokenLosses(Backend backend, double[] losses)
    {
        const double Steepness = 10;
        Decoder model = Decoder.Create(
            new ModelConfig
            {
                Architecture = ModelArchitecture.InternLm2,
                HiddenSize = 2,
                IntermediateSize = 4,
                Layers = 1,
                Heads = 1,
                KvHeads = 1,
                VocabSize = losses.Length,
                MaxPositions = 8,
                RmsNormEpsilon = 1e-12f,
            },
            backend);
        foreach (Parameter parameter in model.Parameters)
        {
            parameter.Value.Span<float>().Fill(parameter.Group == ParameterGroup.Norm ? 1 : 0);
        }

        Span<float> embedding = model.Parameters["embedding.weight"].Value.Span<float>();
        for (int token = 0; token < losses.Length; token++)
        {
            double logit = -Math.Log((Math.Exp(losses[token]) - 1) / (losses.Length - 1));
            double first = logit / Steepness;
            embedding[2 * token] = (float)first;
            embedding[(2 * token) + 1] = (float)Math.Sqrt(2 - (first * first));
        }

        model.Parameters["output.weight"].Value.Span<float>()[0] = (float)Steepness;
        return model;
    }

    private sealed class FillSampler(int tokensPerBatch, Action<MicroBatch> fill) : BatchSampler
    {
        public override int TokensPerBatch => tokensPerBatch;

        public override int SequenceLength => tokensPerBatch;

        public override long BatchesPerEpoch => 1;

        public override SamplerState State { get; set; }

        public override void Next(MicroBatch batch)
        {
            batch.Clear();
            fill(batch);
            batch.Pad(batch.Free);
        }
    }
}
