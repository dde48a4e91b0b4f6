using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>Sizes of known models, to measure with weights that nobody has to download.</summary>
/// <remarks>Source: config.json of internlm/internlm2-1_8b, internlm2-7b and internlm2-20b. Tiny is ours.</remarks>
public static class ModelShapes
{
    private const int InternLm2VocabSize = 92_544;

    private static readonly Dictionary<string, ModelConfig> _shapes = new(StringComparer.Ordinal)
    {
        ["tiny"] = Shape(256, 768, 4, 4, 2, 1024) with { MaxPositions = 2048 },
        ["internlm2-1.8b"] = Shape(2048, 8192, 24, 16, 8, InternLm2VocabSize),
        ["internlm2-7b"] = Shape(4096, 14_336, 32, 32, 8, InternLm2VocabSize),
        ["internlm2-20b"] = Shape(6144, 16_384, 48, 48, 8, InternLm2VocabSize),
    };

    /// <summary>Names, from the smallest on.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _shapes.Keys];

    /// <summary>Finds a shape by its name.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static ModelConfig Of(string name) => _shapes.TryGetValue(name, out ModelConfig? shape)
        ? shape
        : throw new ArgumentException($"the shape is '{name}' but must be one of {string.Join(", ", Names)}");

    /// <summary>Ids of special tokens stand where InternLM2 and <c>PairVocabulary</c> have them.</summary>
    private static ModelConfig Shape(
        int hiddenSize, int intermediateSize, int layers, int heads, int kvHeads, int vocabSize)
    {
        return new ModelConfig
        {
            Architecture = ModelArchitecture.InternLm2,
            HiddenSize = hiddenSize,
            IntermediateSize = intermediateSize,
            Layers = layers,
            Heads = heads,
            KvHeads = kvHeads,
            VocabSize = vocabSize,
            MaxPositions = 32_768,
            RmsNormEpsilon = 1e-5f,
            Rope = new RopeOptions { Theta = 1_000_000 },
            BosTokenId = 1,
            EosTokenIds = [2, vocabSize - 2],
            PadTokenId = 2,
        };
    }
}
