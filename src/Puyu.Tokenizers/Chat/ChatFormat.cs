namespace Puyu.Tokenizers.Chat;

/// <summary>
/// How a family of models writes a conversation. All strings are literal but for {bos}, {eos} and {name}.
/// </summary>
internal sealed record ChatFormat
{
    /// <summary>The beginning-of-text token, by its place in a format.</summary>
    public const string Bos = "{bos}";

    /// <summary>The end-of-text token, by its place in a format.</summary>
    public const string Eos = "{eos}";

    /// <summary>Where the message's name goes, if it has one.</summary>
    public const string Name = "{name}";

    /// <summary>Name of the template.</summary>
    public required string TemplateName { get; init; }

    /// <summary>
    /// The format as a Jinja template, for configurations that other programs read; null where none is kept.
    /// </summary>
    public string? Jinja { get; init; }

    /// <summary>Comes before the first message.</summary>
    public string Start { get; init; } = "";

    /// <summary>The literals that are special tokens.</summary>
    public IReadOnlyList<string> Specials { get; init; } = [];

    /// <summary>The literals that are special tokens in some tokenizers of the family and text in others.</summary>
    public IReadOnlyList<string> SpecialsIfKnown { get; init; } = [];

    /// <summary>The beginning-of-text token as text.</summary>
    public string BosText { get; init; } = "";

    /// <summary>The end-of-text token as text.</summary>
    public string EosText { get; init; } = "";

    /// <summary>The special tokens that end an answer, beside the tokenizer's own end-of-text token.</summary>
    public IReadOnlyList<string> StopTokens { get; init; } = [];

    /// <summary>How each role is written.</summary>
    public required IReadOnlyDictionary<string, RoleFormat> Roles { get; init; }

    /// <summary>
    /// The system message stands inside the first user message, written like this; null where it is a message of its
    /// own.
    /// </summary>
    public RoleFormat? FoldedSystem { get; init; }

    /// <summary>
    /// Begins the answer of a prompt, behind the assistant's header; messages that were said do not have it.
    /// </summary>
    public string AnswerLead { get; init; } = "";

    /// <summary>What a message's name is written as, where that is a special token.</summary>
    public IReadOnlyDictionary<string, string> SpecialNames { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// How calls end an assistant's message, by their kind. The separator stands before a call unless the message
    /// begins with it.
    /// </summary>
    public IReadOnlyDictionary<string, RoleFormat> Actions { get; init; } = new Dictionary<string, RoleFormat>();

    /// <summary>How the assistant is told of tools; null where the family was not made for them.</summary>
    public ToolsFormat? Tools { get; init; }

    /// <summary>Other names of the special tokens, for tokenizers that keep them under a spare name.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; init; } = new Dictionary<string, string>();
}

/// <summary>How the messages of a role are written: header, lead, content, suffix, separator.</summary>
/// <param name="Header">Never trained; the assistant's is the prompt for a completion.</param>
/// <param name="Suffix">Ends the content; trained with it.</param>
/// <param name="Separator">Follows; never trained.</param>
/// <param name="Lead">Begins the content; trained with it.</param>
internal sealed record RoleFormat(string Header, string Suffix, string Separator = "", string Lead = "");
