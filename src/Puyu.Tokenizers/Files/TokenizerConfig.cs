using System.Globalization;

namespace Puyu.Tokenizers.Files;

/// <summary>
/// What a model folder's <c>tokenizer_config.json</c> says about its vocabulary; empty where there is none.
/// </summary>
internal sealed record TokenizerConfig
{
    /// <summary>Name of the configuration file.</summary>
    public const string FileName = "tokenizer_config.json";

    /// <summary>Tokens that go before the vocabulary: id, literal, and whether they are called special.</summary>
    public IReadOnlyList<(int Id, string Literal, bool IsSpecial)> AddedTokens { get; init; } = [];

    /// <summary>Literals by role: bos_token, eos_token, pad_token, unk_token.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();

    /// <summary>Name of the Python class; empty where it is not said.</summary>
    public string Class { get; init; } = "";

    /// <summary>The Jinja chat template; null where there is none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Reads the configuration of a folder.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static TokenizerConfig Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return File.Exists(path) ? Parse(File.ReadAllBytes(path)) : new TokenizerConfig();
    }

    /// <summary>Ids of the roles.</summary>
    /// <param name="specialTokens">Literal to id.</param>
    /// <param name="otherwise">Roles that the configuration does not mention.</param>
    /// <exception cref="InvalidDataException">A role goes to a literal that is no special token.</exception>
    public SpecialIds Resolve(IReadOnlyDictionary<string, int> specialTokens, SpecialIds otherwise)
    {
        return new SpecialIds(
            Find("bos_token") ?? otherwise.Bos,
            Find("eos_token") ?? otherwise.Eos,
            Find("pad_token") ?? otherwise.Pad,
            Find("unk_token") ?? otherwise.Unknown);

        int? Find(string role)
        {
            return !Roles.TryGetValue(role, out string? literal) ? null
                : specialTokens.TryGetValue(literal, out int id) ? id
                : throw new InvalidDataException(
                    $"{FileName}: {role} is '{literal}' but the vocabulary has no such special token");
        }
    }

    /// <summary>Reads the configuration.</summary>
    internal static TokenizerConfig Parse(ReadOnlyMemory<byte> json)
    {
        JsonFields config = JsonFields.Parse(json, FileName);
        var roles = new Dictionary<string, string>();
        foreach (string role in (string[])["bos_token", "eos_token", "pad_token", "unk_token"])
        {
            if (config[role] is { Exists: true } value)
            {
                roles[role] = value.Value.ValueKind == System.Text.Json.JsonValueKind.Object
                    ? value["content"].Text
                    : value.Text;
            }
        }

        return new TokenizerConfig
        {
            Roles = roles,
            Class = config["tokenizer_class"] is { Exists: true } name ? name.Text : "",
            ChatTemplate = ReadTemplate(config["chat_template"]),
            AddedTokens = config["added_tokens_decoder"] is { Exists: true } added
                ? [.. added.Members().Select(member => ReadAdded(member.Name, member.Value))]
                : [],
        };
    }

    /// <summary>A text, or a list of named ones of which the default counts.</summary>
    private static string? ReadTemplate(JsonFields template) => !template.Exists ? null
        : template.Value.ValueKind == System.Text.Json.JsonValueKind.String ? template.Text
        : template.Elements.Where(item => item["name"].Text == "default")
            .Select(item => item["template"].Text).FirstOrDefault();

    private static (int Id, string Literal, bool IsSpecial) ReadAdded(string name, JsonFields token) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? (id, token["content"].Text, token["special"].Flag(otherwise: false))
            : throw new InvalidDataException($"{token.Path} has the member '{name}' but its members are ids");
}
