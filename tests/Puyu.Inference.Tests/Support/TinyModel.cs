using Puyu.Inference.Constraints;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Training;
using Encoding = System.Text.Encoding;

namespace Puyu.Inference.Tests.Support;

/// <summary>A fresh model with a tokenizer of 280 tokens.</summary>
internal static class TinyModel
{
    public const string Text =
        "the quick brown fox jumps over the lazy dog; the dog barks at the fox, and the fox runs over the hill. "
        + "a model of text gives each text a probability, and the text that is more probable is shorter to write.";

    public static Tokenizer Tokenizer { get; } = BpeTrainer.Train(
        [Encoding.UTF8.GetBytes(Text)],
        new BpeTrainingOptions
        {
            VocabSize = 280,
            SpecialTokens = ["<s>", "</s>"],
            BosToken = "<s>",
            EosToken = "</s>",
            Threads = 1,
        });

    public static TokenVocabulary Vocabulary { get; } = new(Tokenizer);

    public static ModelConfig Config { get; } = new()
    {
        Architecture = ModelArchitecture.Llama,
        HiddenSize = 32,
        IntermediateSize = 48,
        Layers = 2,
        Heads = 4,
        KvHeads = 2,
        VocabSize = 284,
        MaxPositions = 64,
        InitializerRange = 0.3f,
        BosTokenId = Tokenizer.BosId,
        EosTokenIds = [Tokenizer.EosId!.Value],
    };

    public static Decoder Create(Backend backend)
    {
        Decoder decoder = Decoder.Create(Config, backend);
        decoder.Initialize(seed: 1);
        return decoder;
    }
}
