using System.Text.Encodings.Web;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.Files;

namespace Puyu.Tokenizers.Export;

/// <summary>Writes byte-level tokenizers as Hugging Face's <c>tokenizer.json</c>.</summary>
/// <remarks>
/// The same tokenizer gives the same bytes. Special tokens are members of the vocabulary as well as added tokens, so
/// that their ids hold wherever they lie. See docs/tokenizer-training.md.
/// </remarks>
public static class TokenizerJson
{
    private static readonly JsonWriterOptions _writing = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the file, and <c>tokenizer_config.json</c> with the roles of special tokens beside it.</summary>
    /// <param name="tokenizer">What to write.</param>
    /// <param name="path">The file; each of the two is replaced as a whole or not at all.</param>
    /// <param name="chatTemplate">Written to the configuration; null for none.</param>
    /// <exception cref="ArgumentException">
    /// The format cannot say what the tokenizer does; names the token at fault. Or the chat template has no Jinja form.
    /// </exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(ByteLevelBpeTokenizer tokenizer, string path, ChatTemplate? chatTemplate = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(path);
        string[] vocabulary = Vocabulary(tokenizer);
        (int Left, int Right)[] merges = Merges(tokenizer.Model);
        (string Role, string? Literal)[] roles = Roles(tokenizer);
        string? jinja = chatTemplate is null ? null : chatTemplate.Jinja ?? throw new ArgumentException(
            $"chat template {chatTemplate.Name} has no Jinja form", nameof(chatTemplate));
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        AtomicFile.Write(Path.Combine(folder, TokenizerConfig.FileName), file => WriteConfig(file, roles, jinja));
        AtomicFile.Write(path, file => WriteTokenizer(file, tokenizer, vocabulary, merges));
    }

    /// <summary>How every id is written.</summary>
    private static string[] Vocabulary(ByteLevelBpeTokenizer tokenizer)
    {
        var vocabulary = new string[tokenizer.VocabSize];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        Dictionary<int, string> literals = Literals(tokenizer.Added);
        for (int id = 0; id < vocabulary.Length; id++)
        {
            ReadOnlySpan<byte> bytes = id < tokenizer.Model.Tokens.Count ? tokenizer.Model.Tokens[id] : default;
            string? text = literals.GetValueOrDefault(id) ?? (bytes.IsEmpty ? null : ByteAlphabet.Spell(bytes));
            vocabulary[id] = text ?? throw Unfit($"id {id} stands for nothing");
            if (!ids.TryAdd(text, id))
            {
                throw Unfit($"tokens {ids[text]} and {id} are both written '{text}'");
            }
        }

        return vocabulary;
    }

    private static Dictionary<int, string> Literals(AddedTokens added)
    {
        var literals = new Dictionary<int, string>();
        foreach ((string literal, int id) in added.Special.Concat(added.Text))
        {
            if (!literals.TryAdd(id, literal))
            {
                throw Unfit($"token {id} has the literals '{literals[id]}' and '{literal}'");
            }
        }

        return literals;
    }

    /// <summary>Merges, earliest first.</summary>
    private static (int Left, int Right)[] Merges(ByteLevelModel model)
    {
        (int Rank, int Left, int Right)[] merges =
        [
            .. model.Merges.Pairs.Select(
                pair => (model.Merges.Rank(pair.Left, pair.Right, out _), pair.Left, pair.Right)),
        ];
        Array.Sort(merges);
        for (int i = 1; i < merges.Length; i++)
        {
            if (merges[i].Rank == merges[i - 1].Rank)
            {
                model.Merges.Rank(merges[i].Left, merges[i].Right, out int merged);
                throw Unfit($"token {merged} is merged from several pairs of one rank");
            }
        }

        return Array.ConvertAll(merges, merge => (merge.Left, merge.Right));
    }

    private static (string Role, string? Literal)[] Roles(ByteLevelBpeTokenizer tokenizer)
    {
        return
        [
            ("bos_token", Literal(tokenizer.BosId)), ("eos_token", Literal(tokenizer.EosId)),
            ("pad_token", Literal(tokenizer.PadId)), ("unk_token", Literal(tokenizer.UnknownId)),
        ];

        string? Literal(int? id) => id is null
            ? null
            : tokenizer.SpecialTokens.FirstOrDefault(token => token.Value == id).Key
                ?? throw Unfit($"token {id} has a role but is no special token");
    }

    private static void WriteConfig(Stream file, (string Role, string? Literal)[] roles, string? jinja)
    {
        using var json = new Utf8JsonWriter(file, _writing);
        json.WriteStartObject();
        foreach ((string role, string? literal) in roles.Where(role => role.Literal is not null))
        {
            json.WriteString(role, literal);
        }

        if (jinja is not null)
        {
            json.WriteString("chat_template", jinja);
        }

        json.WriteBoolean("clean_up_tokenization_spaces", false);
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        json.WriteEndObject();
    }

    private static void WriteTokenizer(
        Stream file, ByteLevelBpeTokenizer tokenizer, string[] vocabulary, (int Left, int Right)[] merges)
    {
        using var json = new Utf8JsonWriter(file, _writing);
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        AddedTokens added = tokenizer.Added;
        foreach ((string literal, int id) in added.Special.Concat(added.Text).OrderBy(token => token.Value))
        {
            WriteAdded(json, literal, id, added.Special.ContainsKey(literal));
        }

        json.WriteEndArray();
        WriteNormalizer(json, tokenizer);
        json.WritePropertyName("pre_tokenizer");
        WriteSplitter(json, tokenizer.Pattern);
        json.WriteNull("post_processor");
        json.WritePropertyName("decoder");
        WriteByteLevel(json, usesRegex: true);
        WriteModel(json, tokenizer.Model, vocabulary, merges);
        json.WriteEndObject();
    }

    private static void WriteAdded(Utf8JsonWriter json, string literal, int id, bool isSpecial)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteString("content", literal);
        json.WriteBoolean("single_word", false);
        json.WriteBoolean("lstrip", false);
        json.WriteBoolean("rstrip", false);
        json.WriteBoolean("normalized", !isSpecial);
        json.WriteBoolean("special", isSpecial);
        json.WriteEndObject();
    }

    private static void WriteNormalizer(Utf8JsonWriter json, ByteLevelBpeTokenizer tokenizer)
    {
        if (tokenizer.Normalization is not { } form)
        {
            json.WriteNull("normalizer");
            return;
        }

        json.WriteStartObject("normalizer");
        json.WriteString("type", form switch
        {
            System.Text.NormalizationForm.FormC => "NFC",
            System.Text.NormalizationForm.FormD => "NFD",
            System.Text.NormalizationForm.FormKC => "NFKC",
            _ => "NFKD",
        });
        json.WriteEndObject();
    }

    private static void WriteSplitter(Utf8JsonWriter json, SplitPattern pattern)
    {
        if (pattern == SplitPattern.Gpt2)
        {
            WriteByteLevel(json, usesRegex: true);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", HuggingFaceByteLevel.Expression(pattern));
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        WriteByteLevel(json, usesRegex: false);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, bool usesRegex)
    {
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", false);
        json.WriteBoolean("use_regex", usesRegex);
        json.WriteEndObject();
    }

    private static void WriteModel(
        Utf8JsonWriter json, ByteLevelModel model, string[] vocabulary, (int Left, int Right)[] merges)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (string absent in (string[])["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            json.WriteNull(absent);
        }

        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", model.TakesWholePretokens);
        json.WriteStartObject("vocab");
        for (int id = 0; id < vocabulary.Length; id++)
        {
            json.WriteNumber(vocabulary[id], id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach ((int left, int right) in merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(vocabulary[left]);
            json.WriteStringValue(vocabulary[right]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ArgumentException Unfit(FormattableString what) => new(
        FormattableString.Invariant(what) + " but tokenizer.json has one text for each id and one rank for each merge");
}
