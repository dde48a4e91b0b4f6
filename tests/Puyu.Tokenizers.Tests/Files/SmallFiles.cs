using System.Text;
using System.Text.Json;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Files;
using Puyu.Tokenizers.SentencePiece;
using Puyu.Tokenizers.Tests.Support;

namespace Puyu.Tokenizers.Tests.Files;

/// <summary>One small valid file of each format. They all spell "hello" from he, ll, hell, hello.</summary>
internal static class SmallFiles
{
    public static readonly string[] Merges = ["h e", "l l", "he ll", "hell o", "Ġ hello"];

    public static string[] ByteTokens { get; } =
    [
        .. Enumerable.Range(0, 256).Select(value => ByteAlphabet.Spell([(byte)value])),
        "he", "ll", "hell", "hello", "Ġhello",
    ];

    public static byte[] Tiktoken { get; } = Encoding.ASCII.GetBytes(string.Concat(ByteTokens.Select((token, rank) =>
        $"{Convert.ToBase64String(ByteAlphabet.TryRead(token, out byte[] bytes) ? bytes : [])} {rank}\n")));

    public static byte[] SentencePiece { get; } = ModelFiles.SentencePiece(
        [
            .. ModelFiles.WithControls(("he", -1), ("ll", -2), ("hell", -3), ("hello", -4), ("\u2581hello", -5)),
            .. ModelFiles.BytePieces(), new Piece("\u2581", -9, PieceType.Normal), new Piece("h", -9, PieceType.Normal),
            new Piece("[SPARE_1]", 0, PieceType.UserDefined), new Piece("Ａ", 0, PieceType.UserDefined),
        ],
        byteFallback: true,
        removeSpaces: true,
        charsmap: ModelFiles.Charsmap(("ﬁ", "fi"), ("\t", " ")));

    public static byte[] Unigram { get; } = ModelFiles.SentencePiece(
        ModelFiles.WithControls(("\u2581", -3), ("hello", -4), ("he", -5), ("l", -5)),
        isUnigram: true,
        dummyPrefix: true);

    public static byte[] GgufByteLevel { get; } = ModelFiles.Gguf(
        ("general.architecture", "gpt2"),
        ("tokenizer.ggml.model", "gpt2"),
        ("tokenizer.ggml.pre", "gpt-2"),
        ("tokenizer.ggml.tokens", (string[])[.. ByteTokens, "<|end|>", "    "]),
        ("tokenizer.ggml.token_type", (int[])[.. ByteTokens.Select(_ => 1), 3, 4]),
        ("tokenizer.ggml.merges", Merges),
        ("tokenizer.ggml.eos_token_id", ByteTokens.Length));

    public static byte[] GgufSentencePiece { get; } = ModelFiles.Gguf(
        ("tokenizer.ggml.model", "llama"),
        ("tokenizer.ggml.tokens", (string[])["<unk>", "<s>", "</s>", "\u2581", "h", "e", "he"]),
        ("tokenizer.ggml.scores", (float[])[0, 0, 0, -3, -2, -1, -1]),
        ("tokenizer.ggml.token_type", (int[])[2, 3, 3, 1, 1, 1, 1]),
        ("tokenizer.ggml.unknown_token_id", 0),
        ("tokenizer.ggml.add_space_prefix", false));

    public static byte[] Vocabulary { get; } = JsonSerializer.SerializeToUtf8Bytes(
        ByteTokens.Append("<|endoftext|>").Select((token, id) => (token, id)).ToDictionary(p => p.token, p => p.id));

    public static byte[] JsonByteLevel { get; } = Json(new
    {
        version = "1.0",
        added_tokens = (object[])[new { id = ByteTokens.Length, content = "<|end|>", special = true }],
        normalizer = new { type = "NFC" },
        pre_tokenizer = new
        {
            type = "Sequence",
            pretokenizers = (object[])
            [
                new
                {
                    type = "Split",
                    pattern = new { Regex = HuggingFaceByteLevel.Expression(SplitPattern.Qwen2) },
                    behavior = "Isolated",
                    invert = false,
                },
                new { type = "ByteLevel", add_prefix_space = false, use_regex = false },
            ],
        },
        model = new
        {
            type = "BPE",
            vocab = ByteTokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id),
            merges = Merges.Select(merge => merge.Split(' ')),
        },
    });

    public static byte[] JsonSentencePiece { get; } = Json(new
    {
        added_tokens = (object[])
        [
            new { id = 0, content = "<unk>", special = true }, new { id = 1, content = "<s>", special = true },
            new { id = 263, content = "<|end|>", special = true },
        ],
        normalizer = new
        {
            type = "Sequence",
            normalizers = (object[])
            [
                new { type = "Prepend", prepend = "\u2581" },
                new { type = "Replace", pattern = new { String = " " }, content = "\u2581" },
            ],
        },
        pre_tokenizer = (object?)null,
        model = new
        {
            type = "BPE",
            unk_token = "<unk>",
            fuse_unk = true,
            byte_fallback = true,
            vocab = ((string[])
            [
                "<unk>", "<s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), "\u2581", "h", "e", "he",
                "\u2581he",
            ])
                .Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id),
            merges = (string[])["h e", "\u2581 he"],
        },
    });

    public static byte[] JsonUnigram { get; } = Json(new
    {
        added_tokens = (object[])[new { id = 0, content = "<unk>", special = true }],
        normalizer = new
        {
            type = "Sequence",
            normalizers = (object[])
            [
                new
                {
                    type = "Precompiled",
                    precompiled_charsmap = Convert.ToBase64String(ModelFiles.Charsmap(("\t", " "))),
                },
                new { type = "Strip", strip_left = false, strip_right = true },
                new { type = "Replace", pattern = new { Regex = " {2,}" }, content = "\u2581" },
            ],
        },
        pre_tokenizer = new { type = "Metaspace", replacement = "\u2581", prepend_scheme = "always", split = true },
        model = new
        {
            type = "Unigram",
            unk_id = 0,
            vocab = (object[][])
                [["<unk>", 0.0], ["\u2581", -2.5], ["he", -3], ["\u2581he", -3.5], ["he\u2581he", -0.1]],
        },
    });

    private static byte[] Json(object file) => JsonSerializer.SerializeToUtf8Bytes(file);
}
