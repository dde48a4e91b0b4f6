using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Files;

/// <summary>Makes a tokenizer of the vocabulary in a GGUF file.</summary>
internal static class GgufVocabulary
{
    /// <summary>Begins the keys of a vocabulary.</summary>
    internal const string Prefix = "tokenizer.ggml.";

    /// <summary>Which pattern a name of llama.cpp's stands for.</summary>
    private static readonly Dictionary<string, SplitPattern> _patterns = new(StringComparer.Ordinal)
    {
        ["gpt-2"] = SplitPattern.Gpt2,
        ["phi-2"] = SplitPattern.Gpt2,
        ["mpt"] = SplitPattern.Gpt2,
        ["olmo"] = SplitPattern.Gpt2,
        ["jais"] = SplitPattern.Gpt2,
        ["llama-bpe"] = SplitPattern.Cl100k,
        ["llama3"] = SplitPattern.Cl100k,
        ["llama-v3"] = SplitPattern.Cl100k,
        ["dbrx"] = SplitPattern.Cl100k,
        ["smaug-bpe"] = SplitPattern.Cl100k,
        ["qwen2"] = SplitPattern.Qwen2,
        ["deepseek-r1-qwen"] = SplitPattern.Qwen2,
        ["megrez"] = SplitPattern.Qwen2,
        ["gpt-4o"] = SplitPattern.O200k,
        ["llama4"] = SplitPattern.O200k,
    };

    /// <summary>Reads the metadata and nothing else of a file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or its tokenizer is of an unknown kind.</exception>
    public static Tokenizer Load(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Create(GgufMetadata.Read(file, path, Prefix), path);
    }

    /// <summary>Makes the tokenizer that metadata describe.</summary>
    internal static Tokenizer Create(GgufMetadata metadata, string path)
    {
        string model = metadata.Get<string>(Prefix + "model");
        string[] tokens = metadata.Get<string[]>(Prefix + "tokens");
        int[] types = metadata.Find<int[]>(Prefix + "token_type") ?? [.. Enumerable.Repeat(1, tokens.Length)];
        if (types.Length != tokens.Length)
        {
            throw new InvalidDataException($"{path} has {tokens.Length} tokens but {types.Length} token types");
        }

        return model switch
        {
            "llama" => CreateSentencePiece(metadata, tokens, types, isUnigram: false, path),
            "t5" => CreateSentencePiece(metadata, tokens, types, isUnigram: true, path),
            "gpt2" => CreateByteLevel(metadata, tokens, types, path),
            _ => throw new InvalidDataException(
                $"{path}: {Prefix}model is '{model}' but must be one of llama, t5, gpt2"),
        };
    }

    private static SentencePieceTokenizer CreateSentencePiece(
        GgufMetadata metadata, string[] tokens, int[] types, bool isUnigram, string path)
    {
        float[] scores = metadata.Get<float[]>(Prefix + "scores");
        if (scores.Length != tokens.Length)
        {
            throw new InvalidDataException($"{path} has {tokens.Length} tokens but {scores.Length} scores");
        }

        Piece[] pieces = [.. tokens.Select((text, id) => new Piece(text, scores[id], (PieceType)types[id]))];
        return SentencePieceTokenizer.Create(new SentencePieceModel
        {
            Pieces = pieces,
            IsUnigram = isUnigram,
            HasByteFallback = pieces.Any(piece => piece.Type == PieceType.Byte),
            Normalizer = new NormalizerRules
            {
                AddsDummyPrefix = metadata.FindBoolean(Prefix + "add_space_prefix") ?? true,
                RemovesExtraSpaces = metadata.FindBoolean(Prefix + "remove_extra_whitespaces") ?? false,
                Charsmap = metadata.Find<byte[]>(Prefix + "precompiled_charsmap") ?? [],
            },
            Ids = Roles(metadata, tokens.Length, path),
        });
    }

    private static ByteLevelBpeTokenizer CreateByteLevel(
        GgufMetadata metadata, string[] tokens, int[] types, string path)
    {
        string pre = metadata.Get<string>(Prefix + "pre");
        if (!_patterns.TryGetValue(pre, out SplitPattern pattern))
        {
            throw new InvalidDataException(
                $"{path}: {Prefix}pre is '{pre}' but must be one of {string.Join(", ", _patterns.Keys)}");
        }

        var vocabulary = new ByteLevelVocabulary(tokens.Length);
        var added = new AddedTokens();
        for (int id = 0; id < tokens.Length; id++)
        {
            var type = (PieceType)types[id];
            bool isAdded = type is PieceType.Control or PieceType.UserDefined or PieceType.Unknown;
            vocabulary.Add(isAdded || type == PieceType.Unused ? null : tokens[id]);
            if (isAdded)
            {
                added.Add(tokens[id], id, isSpecial: type != PieceType.UserDefined);
            }
        }

        foreach (string merge in metadata.Get<string[]>(Prefix + "merges"))
        {
            vocabulary.AddMerge(merge);
        }

        // llama.cpp takes whole pretokens for Llama 3's vocabulary alone.
        bool takesWhole = pre is "llama-bpe" or "llama3" or "llama-v3";
        return ByteLevelBpeTokenizer.Create(
            vocabulary.Build(takesWhole), pattern, added, Roles(metadata, tokens.Length, path));
    }

    private static SpecialIds Roles(GgufMetadata metadata, int tokens, string path)
    {
        return new SpecialIds(
            Find("bos_token_id"), Find("eos_token_id"), Find("padding_token_id"), Find("unknown_token_id"));

        int? Find(string key)
        {
            int? id = metadata.FindInt32(Prefix + key);
            return id is null || id < tokens
                ? id
                : throw new InvalidDataException($"{path}: {Prefix}{key} is {id} but there are {tokens} tokens");
        }
    }
}
