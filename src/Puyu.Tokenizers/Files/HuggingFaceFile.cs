namespace Puyu.Tokenizers.Files;

/// <summary>
/// Reads <c>tokenizer.json</c>: byte-level BPE, BPE over characters with byte fallback, and unigram models.
/// </summary>
/// <remarks>
/// The format describes pipelines of any parts in any order. Those that amount to what the tokenizers here do are read;
/// any other part is an error that names it, because ignoring one would change ids without a word.
/// </remarks>
internal static class HuggingFaceFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; a configuration beside it says which special token has which role.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or has a part that is not supported.</exception>
    public static Tokenizer Load(string path) => Read(
        File.ReadAllBytes(path), path, TokenizerConfig.Read(Path.GetDirectoryName(Path.GetFullPath(path))!));

    /// <summary>Reads a file's content.</summary>
    internal static Tokenizer Read(ReadOnlyMemory<byte> json, string name, TokenizerConfig config)
    {
        JsonFields root = JsonFields.Parse(json, name);
        JsonFields model = root["model"];
        string type = model["type"] is { Exists: true } value ? value.Text : model["merges"].Exists ? "BPE" : "absent";
        IReadOnlyList<JsonFields> splitters = Parts(root["pre_tokenizer"], "pretokenizers");
        return type switch
        {
            "BPE" when splitters.Any(part => part["type"].Text == "ByteLevel") =>
                HuggingFaceByteLevel.Read(root, splitters, config),
            "BPE" or "Unigram" => HuggingFaceSentencePiece.Read(root, splitters, type == "Unigram", config),
            _ => throw model["type"].Invalid("BPE or Unigram"),
        };
    }

    /// <summary>Parts of a pipeline, with sequences laid flat.</summary>
    internal static IReadOnlyList<JsonFields> Parts(JsonFields part, string listName)
    {
        if (!part.Exists)
        {
            return [];
        }

        return part["type"].Text == "Sequence"
            ? [.. part[listName].Elements.SelectMany(inner => Parts(inner, listName))]
            : [part];
    }

    /// <summary>Vocabulary of a BPE model by id.</summary>
    /// <exception cref="InvalidDataException">An id is missing or there twice.</exception>
    internal static string?[] Vocabulary(JsonFields vocabulary, IReadOnlyList<AddedToken> added)
    {
        (string Name, JsonFields Value)[] members = [.. vocabulary.Members()];
        var tokens = new string?[members.Length + added.Count];
        int count = 0;
        foreach ((string token, JsonFields value) in members)
        {
            int id = value.Id;
            if (id >= tokens.Length || tokens[id] is not null)
            {
                throw new InvalidDataException(
                    $"{vocabulary.Path} gives '{token}' the id {id} but ids are unique and below {tokens.Length}");
            }

            tokens[id] = token;
            count = Math.Max(count, id + 1);
        }

        foreach (AddedToken token in added)
        {
            if (token.Id >= tokens.Length)
            {
                throw new InvalidDataException(
                    $"{vocabulary.Path} lacks ids below {token.Id}, that of the added token '{token.Literal}'");
            }

            count = Math.Max(count, token.Id + 1);
        }

        return tokens[..count];
    }

    /// <summary>The added tokens of the file.</summary>
    internal static IReadOnlyList<AddedToken> Added(JsonFields root) => !root["added_tokens"].Exists
        ? []
        : [.. root["added_tokens"].Elements.Select(token => new AddedToken(
            token["id"].Id, token["content"].Text, token["special"].Flag(otherwise: false)))];

    /// <summary>Merges, written as "a b" or as ["a", "b"].</summary>
    internal static IEnumerable<(string Left, string Right)> Merges(JsonFields model)
    {
        foreach (JsonFields merge in model["merges"].Elements)
        {
            if (merge.Value.ValueKind == System.Text.Json.JsonValueKind.Array)
            {
                JsonFields[] pair = [.. merge.Elements];
                yield return pair.Length == 2 ? (pair[0].Text, pair[1].Text) : throw merge.Invalid("two tokens");
            }
            else
            {
                string text = merge.Text;
                int space = text.IndexOf(' ', StringComparison.Ordinal);
                yield return space > 0 && space < text.Length - 1
                    ? (text[..space], text[(space + 1)..])
                    : throw merge.Invalid("two tokens with a space between");
            }
        }
    }

    /// <summary>Refuses options of a BPE model that change ids.</summary>
    internal static void RequirePlain(JsonFields model)
    {
        foreach (string name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model[name] is { Exists: true } affix && affix.Text.Length > 0)
            {
                throw affix.Invalid("empty: subword affixes are not supported");
            }
        }

        if (model["dropout"] is { Exists: true } dropout && dropout.Number != 0)
        {
            throw dropout.Invalid("0: encoding is deterministic");
        }
    }

    /// <summary>A token outside the model.</summary>
    internal readonly record struct AddedToken(int Id, string Literal, bool IsSpecial);
}
