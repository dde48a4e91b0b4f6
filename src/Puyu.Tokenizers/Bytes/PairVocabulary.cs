using System.Text;

namespace Puyu.Tokenizers.Bytes;

/// <summary>
/// A byte-level vocabulary of any size without training: bytes, then pairs of bytes, then triples. For models of random
/// weights, whose every id must be a token.
/// </summary>
/// <remarks>
/// Ids are <c>&lt;unk&gt;</c> 0, <c>&lt;s&gt;</c> 1 and <c>&lt;/s&gt;</c> 2, then bytes, pairs and triples with those
/// of frequent letters first, and at the end <c>&lt;|im_end|&gt;</c> and <c>&lt;|im_start|&gt;</c>, as InternLM2 has
/// them.
/// </remarks>
public static class PairVocabulary
{
    /// <summary>The smallest vocabulary: the bytes and five special tokens.</summary>
    public const int MinVocabSize = 256 + 5;

    private const int FirstByte = 3;

    /// <summary>Makes the tokenizer.</summary>
    /// <param name="vocabSize">From <see cref="MinVocabSize"/> to 2²⁴.</param>
    public static ByteLevelBpeTokenizer Create(int vocabSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabSize, MinVocabSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabSize, 1 << 24);
        var special = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["<unk>"] = 0,
            ["<s>"] = 1,
            ["</s>"] = 2,
            ["<|im_end|>"] = vocabSize - 2,
            ["<|im_start|>"] = vocabSize - 1,
        };
        byte[][] tokens = new byte[vocabSize][];
        Array.Fill(tokens, []);
        using IEnumerator<byte[]> ordinary = Strings().GetEnumerator();
        for (int id = FirstByte; id < vocabSize - 2; id++)
        {
            ordinary.MoveNext();
            tokens[id] = ordinary.Current;
        }

        return ByteLevelBpeTokenizer.Create(
            tokens, SplitPattern.Gpt2, special, new SpecialIds(Bos: 1, Eos: 2, Pad: 2, Unknown: 0));
    }

    private static IEnumerable<byte[]> Strings()
    {
        byte[] frequent = Encoding.ASCII.GetBytes(" etaoinsrhldcumfpgwybvkxjqz");
        byte[] bytes = [.. frequent.Union(Enumerable.Range(0, 256).Select(value => (byte)value))];
        IEnumerable<byte[]> singles = bytes.Select(value => new[] { value });
        IEnumerable<byte[]> pairs = bytes.SelectMany(a => bytes.Select(b => new[] { a, b }));
        IEnumerable<byte[]> triples = bytes.SelectMany(
            a => bytes.SelectMany(b => bytes.Select(c => new[] { a, b, c })));
        return singles.Concat(pairs).Concat(triples);
    }
}
