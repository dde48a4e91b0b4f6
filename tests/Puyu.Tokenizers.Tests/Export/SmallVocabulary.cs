using System.Text;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Export;

/// <summary>A small trained tokenizer, and texts that try it.</summary>
internal static class SmallVocabulary
{
    /// <summary>Text with what breaks tokenizers: digits, runs of spaces, line ends, Chinese, emoji, accents.</summary>
    public static string TrainingText { get; } = string.Join('\n', Enumerable.Range(0, 400).Select(i =>
        $"the cat number {i} sat  on the mat;\tThe Cat's hat 猫坐在垫子上，{i * i}。 déjà vu 🦙🙂  "
        + $"if (x == {i}) {{ return; }}\r\n"));

    public static string[] Texts { get; } =
    [
        "", " ", "the", "the cat sat on the mat", " 12345678 1 22", "猫坐在垫子上，是吗？", "\r\n\r\n  x", "🦙🙂🦙", "déjà vu",
        "</s><s>", "\u2581 a\u2581b", "if (x == 3) { return; }\t\t", "unseen Ωμέγα слово", "The Cat's hat'S",
        TrainingText[^300..],
    ];

    public static BpeTrainingOptions Options { get; } = new()
    {
        VocabSize = 330,
        SpecialTokens = ["<s>", "</s>", "<pad>", "<|im_start|>"],
        BosToken = "<s>",
        EosToken = "</s>",
        PadToken = "<pad>",
    };

    public static ByteLevelBpeTokenizer Train(BpeTrainingOptions? options = null) =>
        BpeTrainer.Train([Encoding.UTF8.GetBytes(TrainingText)], options ?? Options);

    public static int[] Encode(Tokenizer tokenizer, ReadOnlySpan<byte> text)
    {
        var ids = new TokenBuffer();
        tokenizer.Encode(text, ids);
        return ids.ToArray();
    }
}
