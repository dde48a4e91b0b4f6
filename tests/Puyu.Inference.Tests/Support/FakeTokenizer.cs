using Puyu.Tokenizers;
using Puyu.Tokenizers.Bytes;

namespace Puyu.Inference.Tests.Support;

/// <summary>Bytes alone, and ids without meaning, for models that have no tokenizer.</summary>
internal static class FakeTokenizer
{
    public static Tokenizer Create(int vocabSize) => ByteLevelBpeTokenizer.Create(
        [.. Enumerable.Range(0, vocabSize).Select(id => id < 256 ? new[] { (byte)id } : [])],
        SplitPattern.Cl100k, new Dictionary<string, int>());
}
