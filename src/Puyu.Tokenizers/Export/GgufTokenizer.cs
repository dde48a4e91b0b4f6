using System.Globalization;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Export;

/// <summary>Tokenizers as the keys of a GGUF file.</summary>
public static class GgufTokenizer
{
    private const string Prefix = "tokenizer.ggml.";

    /// <summary>The keys of a tokenizer, in the order of the file.</summary>
    /// <param name="tokenizer">What to describe.</param>
    /// <param name="vocabSize">
    /// Rows of the model's embedding, at least the size of the vocabulary; the rows beyond it get unused tokens.
    /// </param>
    /// <param name="chatTemplate">The model's chat template in Jinja; null for none.</param>
    /// <returns>Strings, integers, booleans, and arrays of strings, floats, integers and bytes.</returns>
    /// <exception cref="ArgumentException">The format cannot say what the tokenizer does; says why.</exception>
    public static IReadOnlyList<KeyValuePair<string, object>> Describe(
        Tokenizer tokenizer, int vocabSize, string? chatTemplate = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabSize, tokenizer.VocabSize);
        List<KeyValuePair<string, object>> keys = tokenizer switch
        {
            ByteLevelBpeTokenizer bytes => DescribeBytes(bytes, vocabSize),
            SentencePieceTokenizer pieces => DescribePieces(pieces.Model, vocabSize),
            _ => throw Unfit($"the tokenizer is {tokenizer.Kind}"),
        };
        AddRole(keys, "bos_token_id", tokenizer.BosId);
        AddRole(keys, "eos_token_id", tokenizer.EosId);
        AddRole(keys, "padding_token_id", tokenizer.PadId);
        AddRole(keys, "unknown_token_id", tokenizer.UnknownId);
        if (chatTemplate is not null)
        {
            keys.Add(new(ChatTemplateFile.GgufKey, chatTemplate));
        }

        return keys;
    }

    private static void AddRole(List<KeyValuePair<string, object>> keys, string role, int? id)
    {
        if (id is { } known)
        {
            keys.Add(new(Prefix + role, (uint)known));
        }
    }

    private static List<KeyValuePair<string, object>> DescribeBytes(ByteLevelBpeTokenizer tokenizer, int vocabSize)
    {
        if (tokenizer.Normalization is not null)
        {
            throw Unfit($"the tokenizer normalizes to {tokenizer.Normalization}");
        }

        (string[] tokens, int[] types) = Unused(vocabSize);
        ByteLevelModel model = tokenizer.Model;
        for (int id = 0; id < model.Tokens.Count; id++)
        {
            if (!model.Tokens[id].IsEmpty)
            {
                (tokens[id], types[id]) = (ByteAlphabet.Spell(model.Tokens[id]), (int)PieceType.Normal);
            }
        }

        foreach ((string literal, int id) in tokenizer.Added.Special)
        {
            (tokens[id], types[id]) = (literal, (int)PieceType.Control);
        }

        foreach ((string literal, int id) in tokenizer.Added.Text)
        {
            (tokens[id], types[id]) = (literal, (int)PieceType.UserDefined);
        }

        return
        [
            new(Prefix + "model", "gpt2"),
            new(Prefix + "pre", PatternName(tokenizer)),
            new(Prefix + "tokens", tokens),
            new(Prefix + "token_type", types),
            new(Prefix + "merges", Merges(model)),
            new(Prefix + "add_bos_token", false),
        ];
    }

    private static string PatternName(ByteLevelBpeTokenizer tokenizer) => tokenizer.Pattern switch
    {
        SplitPattern.Gpt2 => "gpt-2",
        SplitPattern.Cl100k => "llama-bpe",
        SplitPattern.Qwen2 => "qwen2",
        SplitPattern.O200k => "gpt-4o",
        var pattern => throw Unfit($"the pattern is {pattern}"),
    };

    /// <summary>Merges as two spelled tokens each, earliest first.</summary>
    private static string[] Merges(ByteLevelModel model) =>
    [
        .. model.Merges.Pairs
            .OrderBy(pair => model.Merges.Rank(pair.Left, pair.Right, out _))
            .Select(pair =>
                $"{ByteAlphabet.Spell(model.Tokens[pair.Left])} {ByteAlphabet.Spell(model.Tokens[pair.Right])}"),
    ];

    private static List<KeyValuePair<string, object>> DescribePieces(SentencePieceModel model, int vocabSize)
    {
        (string[] tokens, int[] types) = Unused(vocabSize);
        float[] scores = new float[vocabSize];
        for (int id = 0; id < model.Pieces.Count; id++)
        {
            Piece piece = model.Pieces[id];
            (tokens[id], scores[id], types[id]) = (piece.Text, piece.Score, (int)piece.Type);
        }

        foreach ((string literal, int id) in model.Aliases)
        {
            (tokens[id], types[id]) = (literal, (int)PieceType.Control);
        }

        List<KeyValuePair<string, object>> keys =
        [
            new(Prefix + "model", model.IsUnigram ? "t5" : "llama"),
            new(Prefix + "tokens", tokens),
            new(Prefix + "scores", scores),
            new(Prefix + "token_type", types),
            new(Prefix + "add_space_prefix", model.Normalizer.AddsDummyPrefix),
            new(Prefix + "remove_extra_whitespaces", model.Normalizer.RemovesExtraSpaces),
            new(Prefix + "add_bos_token", true),
        ];
        if (model.Normalizer.Charsmap.Length > 0)
        {
            keys.Add(new(Prefix + "precompiled_charsmap", model.Normalizer.Charsmap));
        }

        return keys;
    }

    /// <summary>Tokens that stand for nothing, each with a text of its own, as readers want them.</summary>
    private static (string[] Tokens, int[] Types) Unused(int vocabSize) => (
        [.. Enumerable.Range(0, vocabSize).Select(id => string.Create(CultureInfo.InvariantCulture, $"[PAD{id}]"))],
        [.. Enumerable.Repeat((int)PieceType.Unused, vocabSize)]);

    private static ArgumentException Unfit(FormattableString what) =>
        new(FormattableString.Invariant(what) + ", which the keys of GGUF cannot say");
}
