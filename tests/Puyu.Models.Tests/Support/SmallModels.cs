using Puyu.Tensors;

namespace Puyu.Models.Tests.Support;

/// <summary>Models small enough to compute with on the reference backend, one for each architecture.</summary>
internal static class SmallModels
{
    public static TheoryData<ModelArchitecture> Architectures => [.. Enum.GetValues<ModelArchitecture>()];

    public static ModelConfig Config(ModelArchitecture architecture) => new()
    {
        Architecture = architecture,
        HiddenSize = 24,
        IntermediateSize = 40,
        Layers = 2,
        Heads = 4,
        KvHeads = architecture == ModelArchitecture.InternLm ? 4 : 2,
        VocabSize = 50,
        MaxPositions = 64,
        RmsNormEpsilon = 1e-6f,
        Rope = new RopeOptions { Theta = 10_000 },
        TiesEmbeddings = architecture == ModelArchitecture.Qwen2,
        QkvBias = architecture is ModelArchitecture.InternLm or ModelArchitecture.Qwen2,
        AttentionOutputBias = architecture is ModelArchitecture.InternLm or ModelArchitecture.InternLm3,
        FeedForwardBias = architecture == ModelArchitecture.InternLm3,
        BosTokenId = 1,
        EosTokenIds = [2, 7],
        PadTokenId = 0,
    };

    /// <summary>Logits of a short sequence.</summary>
    public static float[] Logits(Decoder decoder)
    {
        using Scope scope = decoder.Backend.BeginScope();
        int[] tokenIds = [3, 14, 15, 9, 26, 5, 35, 8];
        DecoderInput input = DecoderInput.From(
            scope, tokenIds, [.. Enumerable.Range(0, tokenIds.Length)], [0, tokenIds.Length]);
        return decoder.Logits(scope, decoder.Forward(scope, input)).Span<float>().ToArray();
    }
}
