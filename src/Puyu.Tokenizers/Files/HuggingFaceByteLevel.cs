using System.Text;
using Puyu.Tokenizers.Bytes;

namespace Puyu.Tokenizers.Files;

/// <summary>The byte-level kind of <see cref="HuggingFaceFile"/>.</summary>
internal static class HuggingFaceByteLevel
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";

    /// <summary>Expressions as published files write them.</summary>
    private static readonly Dictionary<string, SplitPattern> _patterns = new(StringComparer.Ordinal)
    {
        [Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + Rest] = SplitPattern.Cl100k,
        [Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Rest] = SplitPattern.Qwen2,
        [$@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+{Contractions}?|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*{Contractions}?"
            + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"] = SplitPattern.O200k,
        [@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"] = SplitPattern.Gpt2,
    };

    /// <summary>The expression that stands for a pattern in files.</summary>
    public static string Expression(SplitPattern pattern) => _patterns.First(pair => pair.Value == pattern).Key;

    /// <summary>Reads a file.</summary>
    public static ByteLevelBpeTokenizer Read(
        JsonFields root, IReadOnlyList<JsonFields> splitters, TokenizerConfig config)
    {
        JsonFields model = root["model"];
        HuggingFaceFile.RequirePlain(model);
        IReadOnlyList<HuggingFaceFile.AddedToken> listed = HuggingFaceFile.Added(root);
        var added = new AddedTokens();
        foreach (HuggingFaceFile.AddedToken token in listed)
        {
            added.Add(token.Literal, token.Id, token.IsSpecial);
        }

        var addedIds = listed.Select(token => token.Id).ToHashSet();
        string?[] tokens = HuggingFaceFile.Vocabulary(model["vocab"], listed);
        var vocabulary = new ByteLevelVocabulary(tokens.Length);
        foreach (string? token in tokens)
        {
            vocabulary.Add(addedIds.Contains(vocabulary.Count) ? null : token);
        }

        foreach ((string left, string right) in HuggingFaceFile.Merges(model))
        {
            vocabulary.AddMerge(left, right);
        }

        return ByteLevelBpeTokenizer.Create(
            vocabulary.Build(model["ignore_merges"].Flag(otherwise: false)),
            Pattern(splitters),
            added,
            config.Resolve(added.Special, default),
            Normalization(root["normalizer"]));
    }

    private static SplitPattern Pattern(IReadOnlyList<JsonFields> splitters)
    {
        JsonFields bytes = splitters.Last(part => part["type"].Text == "ByteLevel");
        if (bytes["add_prefix_space"].Flag(otherwise: true))
        {
            throw bytes["add_prefix_space"].Invalid("false: a space before the text is not supported");
        }

        if (bytes["use_regex"].Flag(otherwise: true))
        {
            return splitters.Count == 1
                ? SplitPattern.Gpt2
                : throw splitters[0]["type"].Invalid("ByteLevel alone, where it uses its own expression");
        }

        JsonFields split = splitters[0];
        if (splitters.Count != 2 || split["type"].Text != "Split")
        {
            throw split["type"].Invalid("Split, followed by ByteLevel and nothing else");
        }

        if (split["behavior"].Text != "Isolated" || split["invert"].Flag(otherwise: false))
        {
            throw split["behavior"].Invalid("Isolated, and not inverted");
        }

        return _patterns.TryGetValue(split["pattern"]["Regex"].Text, out SplitPattern pattern)
            ? pattern
            : throw split["pattern"]["Regex"].Invalid("the expression of gpt2, cl100k, o200k or qwen2");
    }

    private static NormalizationForm? Normalization(JsonFields normalizer)
    {
        IReadOnlyList<JsonFields> parts = HuggingFaceFile.Parts(normalizer, "normalizers");
        return parts.Count switch
        {
            0 => null,
            1 => parts[0]["type"].Text switch
            {
                "NFC" => NormalizationForm.FormC,
                "NFD" => NormalizationForm.FormD,
                "NFKC" => NormalizationForm.FormKC,
                "NFKD" => NormalizationForm.FormKD,
                _ => throw parts[0]["type"].Invalid("NFC, NFD, NFKC or NFKD"),
            },
            _ => throw normalizer.Invalid("one normalizer at most"),
        };
    }
}
