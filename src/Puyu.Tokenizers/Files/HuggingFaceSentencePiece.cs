using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Files;

/// <summary>The kind of <see cref="HuggingFaceFile"/> that was converted from SentencePiece.</summary>
internal static class HuggingFaceSentencePiece
{
    private const string Space = "\u2581";

    /// <summary>Control pieces, which decode to nothing; other special tokens decode to their literal.</summary>
    private static readonly string[] _silent = ["<s>", "</s>", "<pad>"];

    /// <summary>Reads a file.</summary>
    public static SentencePieceTokenizer Read(
        JsonFields root, IReadOnlyList<JsonFields> splitters, bool isUnigram, TokenizerConfig config)
    {
        JsonFields model = root["model"];
        IReadOnlyList<HuggingFaceFile.AddedToken> added = HuggingFaceFile.Added(root);
        bool hasByteFallback = model["byte_fallback"].Flag(otherwise: false);
        (Piece[] pieces, int? unknown) = isUnigram ? UnigramPieces(model, added) : BpePieces(model, added);
        if (!isUnigram && !hasByteFallback && !model["fuse_unk"].Flag(otherwise: false))
        {
            throw model["fuse_unk"].Invalid("true where bytes are no fallback");
        }

        Apply(added, pieces, unknown, hasByteFallback);
        var read = new SentencePieceModel
        {
            Pieces = pieces,
            IsUnigram = isUnigram,
            HasByteFallback = hasByteFallback,
            Merges = isUnigram ? null : PieceMerges(model, pieces),
            Normalizer = Rules(root["normalizer"], splitters),
            Ids = new SpecialIds(Unknown: unknown),
            UnknownSurface = unknown is int id ? pieces[id].Text : "",
            Aliases = added.Where(token => token.IsSpecial && !_silent.Contains(token.Literal) && token.Id != unknown)
                .DistinctBy(token => token.Literal)
                .ToDictionary(token => token.Literal, token => token.Id),
        };

        return SentencePieceTokenizer.Create(
            read with { Ids = config.Resolve(SpecialPieces.Of(read), read.Ids) });
    }

    private static (Piece[] Pieces, int? Unknown) BpePieces(
        JsonFields model, IReadOnlyList<HuggingFaceFile.AddedToken> added)
    {
        HuggingFaceFile.RequirePlain(model);
        if (model["ignore_merges"].Flag(otherwise: false))
        {
            throw model["ignore_merges"].Invalid("false but for byte-level vocabularies");
        }

        string?[] tokens = HuggingFaceFile.Vocabulary(model["vocab"], added);
        int unknown = model["unk_token"].Exists ? Array.IndexOf(tokens, model["unk_token"].Text) : -1;
        return ([.. tokens.Select(token => new Piece(token ?? "", 0, PieceType.Normal))], unknown < 0 ? null : unknown);
    }

    private static (Piece[] Pieces, int? Unknown) UnigramPieces(
        JsonFields model, IReadOnlyList<HuggingFaceFile.AddedToken> added)
    {
        var pieces = new List<Piece>();
        foreach (JsonFields entry in model["vocab"].Elements)
        {
            JsonFields[] pair = [.. entry.Elements];
            pieces.Add(pair.Length == 2
                ? new Piece(pair[0].Text, pair[1].Number, PieceType.Normal)
                : throw entry.Invalid("a piece and its score"));
        }

        int? unknown = model["unk_id"].Exists ? model["unk_id"].Id : null;
        if (unknown >= pieces.Count)
        {
            throw model["unk_id"].Invalid($"below {pieces.Count}");
        }

        var addedIds = added.Select(token => token.Id).ToHashSet();
        while (addedIds.Contains(pieces.Count))
        {
            pieces.Add(default);
        }

        return ([.. pieces], unknown);
    }

    /// <summary>Gives pieces their types and added tokens their pieces.</summary>
    private static void Apply(
        IReadOnlyList<HuggingFaceFile.AddedToken> added, Piece[] pieces, int? unknown, bool hasByteFallback)
    {
        foreach (HuggingFaceFile.AddedToken token in added)
        {
            if (token.Id >= pieces.Length)
            {
                throw new InvalidDataException(
                    $"the added token '{token.Literal}' has id {token.Id} but the ids below it have no tokens");
            }

            pieces[token.Id] = new Piece(
                token.Literal, 0, token.IsSpecial ? PieceType.Control : PieceType.UserDefined);
        }

        if (unknown is int id)
        {
            pieces[id] = pieces[id] with { Type = PieceType.Unknown };
        }

        for (int i = 0; hasByteFallback && i < pieces.Length; i++)
        {
            if (pieces[i] is { Type: PieceType.Normal, Text: ['<', '0', 'x', _, _, '>'] })
            {
                pieces[i] = pieces[i] with { Type = PieceType.Byte };
            }
        }
    }

    private static List<PieceMerge> PieceMerges(JsonFields model, Piece[] pieces)
    {
        var ids = new Dictionary<string, int>(pieces.Length, StringComparer.Ordinal);
        for (int id = 0; id < pieces.Length; id++)
        {
            ids.TryAdd(pieces[id].Text, id);
        }

        var merges = new List<PieceMerge>();
        foreach ((string left, string right) in HuggingFaceFile.Merges(model))
        {
            if (!ids.TryGetValue(left, out int leftId) || !ids.TryGetValue(right, out int rightId)
                || !ids.TryGetValue(left + right, out int mergedId))
            {
                throw new InvalidDataException(
                    $"merge {merges.Count} ('{left}', '{right}') names a token which the vocabulary does not have");
            }

            merges.Add(new PieceMerge(leftId, rightId, mergedId));
        }

        return merges;
    }

    private static NormalizerRules Rules(JsonFields normalizer, IReadOnlyList<JsonFields> splitters)
    {
        var rules = new NormalizerRules { AddsDummyPrefix = false, RemovesExtraSpaces = false };
        foreach (JsonFields part in HuggingFaceFile.Parts(normalizer, "normalizers"))
        {
            rules = WithNormalizer(rules, part);
        }

        foreach (JsonFields part in splitters)
        {
            rules = WithSplitter(rules, part);
        }

        return rules;
    }

    private static NormalizerRules WithNormalizer(NormalizerRules rules, JsonFields part)
    {
        switch (part["type"].Text)
        {
            case "Prepend" when part["prepend"].Text == Space:
                return rules with { AddsDummyPrefix = true };
            case "Replace" when part["content"].Text == Space && IsPattern(part, "String", " "):
                return rules;
            case "Replace" when part["content"].Text is " " or Space && IsPattern(part, "Regex", " {2,}"):
                return rules with { RemovesExtraSpaces = true };
            case "Strip" when !part["strip_left"].Flag(otherwise: true):
                return rules with { RemovesExtraSpaces = true };
            case "Precompiled":
                return rules with { Charsmap = Charsmap(part["precompiled_charsmap"]) };
            default:
                throw part.Invalid("Prepend or Replace of spaces, Strip on the right, or Precompiled");
        }
    }

    private static NormalizerRules WithSplitter(NormalizerRules rules, JsonFields part)
    {
        switch (part["type"].Text)
        {
            case "WhitespaceSplit" when rules.Charsmap.Length > 0:
                return rules with { RemovesExtraSpaces = true };
            case "Metaspace" when part["replacement"].Text == Space:
                bool adds = part["prepend_scheme"].Exists
                    ? part["prepend_scheme"].Text != "never"
                    : part["add_prefix_space"].Flag(otherwise: true);
                return rules with
                {
                    AddsDummyPrefix = rules.AddsDummyPrefix || adds,
                    PrefixesOnlyWords = adds && !rules.AddsDummyPrefix,
                    SplitsAtSpaces = part["split"].Flag(otherwise: true),
                };
            default:
                throw part.Invalid("Metaspace, behind Precompiled also WhitespaceSplit");
        }
    }

    private static bool IsPattern(JsonFields part, string kind, string expected) =>
        part["pattern"][kind] is { Exists: true } pattern && pattern.Text == expected;

    private static byte[] Charsmap(JsonFields value) =>
        value.Text.Length > 0 && value.Value.TryGetBytesFromBase64(out byte[]? bytes)
            ? bytes
            : throw value.Invalid("base64");
}
