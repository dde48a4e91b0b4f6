using Puyu.Models.Tests.Support;
using Puyu.Tensors;

namespace Puyu.Models.Tests;

public class InitializerTests
{
    private static readonly ModelConfig _config = SmallModels.Config(ModelArchitecture.InternLm3) with
    {
        HiddenSize = 96,
        IntermediateSize = 200,
        VocabSize = 101,
    };

    [Fact]
    public void Initialize_GivesAParameterTheSameWeights_WhateverElseTheModelHas()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder small = Initialized(_config, backend, DType.F32);
        using Decoder large = Initialized(_config with { Layers = 5 }, backend, DType.F32, scalesResidualOutputs: false);
        float[] weights = Weights(small, "layers.1.attention.query.weight");

        Assert.Equal(weights, Weights(large, "layers.1.attention.query.weight"));
        Assert.NotEqual(weights, Weights(small, "layers.0.attention.query.weight"));
    }

    [Fact]
    public void Initialize_DrawsNormalWeights()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder decoder = Initialized(_config, backend, DType.F32);

        // Standard errors of mean and mean square of n normal numbers: σ/√n and σ²·√(2/n); four of them are allowed.
        AssertNormal(Weights(decoder, "embedding.weight"), 0.02);
        AssertNormal(Weights(decoder, "layers.0.feed_forward.up.weight"), 0.02);
        AssertNormal(Weights(decoder, "layers.0.feed_forward.down.weight"), 0.02 / Math.Sqrt(2 * 2));
        Assert.All(Weights(decoder, "norm.weight"), weight => Assert.Equal(1, weight));
        Assert.All(Weights(decoder, "layers.1.attention.output.bias"), bias => Assert.Equal(0, bias));
    }

    [Fact]
    public void Initialize_LeavesResidualOutputsAsWideAsTheRest_WhenAsked()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder decoder = Initialized(_config, backend, DType.F32, scalesResidualOutputs: false);

        AssertNormal(Weights(decoder, "layers.0.feed_forward.down.weight"), 0.02);
    }

    [Fact]
    public void Initialize_RoundsTheSameWeights_ForShorterStorage()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder single = Initialized(_config, backend, DType.F32);
        using Decoder bfloat = Initialized(_config, backend, DType.BF16);
        using Decoder half = Initialized(_config, backend, DType.F16);
        float[] weights = Weights(single, "output.weight");

        Tensor asBFloat = bfloat.Parameters["output.weight"].Value;
        Tensor asHalf = half.Parameters["output.weight"].Value;
        Assert.Equal(weights.Select(weight => (BFloat16)weight), asBFloat.Span<BFloat16>().ToArray());
        Assert.Equal(weights.Select(weight => (Half)weight), asHalf.Span<Half>().ToArray());
    }

    private static void AssertNormal(float[] weights, double deviation)
    {
        double n = weights.Length;
        double mean = weights.Average(weight => (double)weight);
        double square = weights.Average(weight => (double)weight * weight);

        Assert.InRange(Math.Abs(mean), 0, 4 * deviation / Math.Sqrt(n));
        Assert.InRange(Math.Abs(square - (deviation * deviation)), 0, 4 * deviation * deviation * Math.Sqrt(2 / n));
    }

    private static Decoder Initialized(
        ModelConfig config, Backend backend, DType weights, bool scalesResidualOutputs = true)
    {
        Decoder decoder = Decoder.Create(config, backend, weights);
        decoder.Initialize(seed: 5, new InitializationOptions { ScalesResidualOutputs = scalesResidualOutputs });
        return decoder;
    }

    private static float[] Weights(Decoder decoder, string name) =>
        decoder.Parameters[name].Value.Span<float>().ToArray();
}
