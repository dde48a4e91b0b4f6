using System.Globalization;

namespace Puyu.Tokenizers.Tests.Files;

/// <summary>Vocabularies in GGUF, with the texts and ids that llama.cpp tests itself with.</summary>
public class LlamaCppVectorTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    [DataTheory]
    [InlineData("llama-spm", "sentencepiece-bpe")]
    [InlineData("gpt-2", "byte-level-bpe")]
    public void Encode_MatchesLlamaCpp(string vocabulary, string kind)
    {
        string file = TestData.File("tokenizers", "llama_cpp_vectors", $"ggml-vocab-{vocabulary}.gguf");
        string[] texts = File.ReadAllText($"{file}.inp").Split(Separator);
        int[][] expected = [.. File.ReadLines($"{file}.out").Select(line => line
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray())];

        Tokenizer tokenizer = TokenizerFile.Load(file);

        Assert.Equal(kind, tokenizer.Kind);
        Assert.Equal(46, expected.Length);
        Assert.All(texts.Take(expected.Length).Zip(expected), vector =>
        {
            Assert.Equal(vector.Second, tokenizer.Encode(vector.First));
            Assert.Equal(vector.First, tokenizer.Decode(vector.Second));
        });
    }
}
