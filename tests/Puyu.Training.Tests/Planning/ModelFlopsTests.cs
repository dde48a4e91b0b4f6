using Puyu.Models;
using Puyu.Training.Planning;

namespace Puyu.Training.Tests.Planning;

public class ModelFlopsTests
{
    /// <summary>
    /// InternLM-7B as published (44.411 and 47.633 GFLOP a token at 2048 and 4096 tokens; F is 8/3 D, which is not a
    /// whole number, so the published count is evaluated here with the F of this test), less the half of attention that
    /// causality saves.
    /// </summary>
    [Theory]
    [InlineData(2048)]
    [InlineData(4096)]
    public void OfTraining_IsThePublishedCount_WithAttentionHalved(int s)
    {
        const double L = 32, H = 4096, F = 10923, V = 103168;
        ModelConfig config = Config(
            hiddenSize: 4096, heads: 32, kvHeads: 32, intermediateSize: 10923, layers: 32, vocabSize: 103168);

        double perToken = new ModelFlops(config).OfTraining([0, s]) / s;

        double published = (3 * L * ((8 * H * H) + (6 * H * F) + (4 * s * H))) + (6 * H * V);
        double causal = published - (3 * L * 2 * H * (s - 1));
        Assert.Equal(causal, perToken, 1e-12 * causal);
        Assert.Equal(s == 2048 ? 44.411e9 : 47.633e9, published, 1e-4 * published);
    }

    [Fact]
    public void OfTraining_CountsSharedKeysOnce()
    {
        ModelConfig config = Config(
            hiddenSize: 64, heads: 4, kvHeads: 2, intermediateSize: 100, layers: 3, vocabSize: 50);
        const double QkvAndOutput = (64 * 16 * (4 + 2 + 2)) + (64 * 64);

        double flops = new ModelFlops(config).OfTraining([0, 1]);

        Assert.Equal(3 * ((2 * ((3 * (QkvAndOutput + (3 * 64 * 100))) + (64 * 50))) + (3 * 4 * 64)), flops);
    }

    [Fact]
    public void OfTraining_AddsUpSequences()
    {
        var flops = new ModelFlops(
            Config(hiddenSize: 64, heads: 4, kvHeads: 2, intermediateSize: 100, layers: 3, vocabSize: 50));

        Assert.Equal(flops.OfTraining([0, 10]) + flops.OfTraining([0, 22]), flops.OfTraining([0, 10, 32]));
    }

    private static ModelConfig Config(
        int hiddenSize, int heads, int kvHeads, int intermediateSize, int layers, int vocabSize) => new()
        {
            Architecture = ModelArchitecture.InternLm2,
            HiddenSize = hiddenSize,
            IntermediateSize = intermediateSize,
            Layers = layers,
            Heads = heads,
            KvHeads = kvHeads,
            VocabSize = vocabSize,
            MaxPositions = 4096,
        };
}
