namespace Puyu.Tokenizers.Chat;

/// <summary>The formats of the model families, byte for byte.</summary>
internal static class ChatFormats
{
    private const string ImStart = "<|im_start|>";
    private const string ImEnd = "<|im_end|>";

    /// <summary>Line ends stand in expressions, because the usual settings drop those behind a block.</summary>
    private const string InternLm2Jinja =
        "{{ bos_token }}{% for message in messages %}"
        + "{{ '<|im_start|>' + ('environment' if message['role'] == 'tool' else message['role']) }}"
        + "{% if message['name'] in ['plugin', 'interpreter'] %}{{ ' name=<|' + message['name'] + '|>' }}"
        + "{% elif message['name'] %}{{ ' name=' + message['name'] }}{% endif %}"
        + "{{ '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>InternLM2 and later: ChatML with names, tools as "environment", and action blocks.</summary>
    /// <remarks>
    /// The SentencePiece model of InternLM2 keeps the six special tokens as spare user-defined pieces.
    /// Source: InternLM, chat format of InternLM2 (chat/chat_format.md).
    /// </remarks>
    public static readonly ChatFormat InternLm2 = new()
    {
        TemplateName = "internlm2",
        Jinja = InternLm2Jinja,
        Start = ChatFormat.Bos,
        BosText = "<s>",
        EosText = "</s>",
        Specials = [ImStart, ImEnd, "<|action_start|>", "<|action_end|>", "<|interpreter|>", "<|plugin|>"],
        StopTokens = [ImEnd],
        Roles = new Dictionary<string, RoleFormat>
        {
            ["system"] = ChatMlRole("system{name}"),
            ["user"] = ChatMlRole("user{name}"),
            ["assistant"] = ChatMlRole("assistant{name}"),
            ["environment"] = ChatMlRole("environment{name}"),
            ["tool"] = ChatMlRole("environment{name}"),
        },
        SpecialNames = new Dictionary<string, string>
        {
            ["plugin"] = "<|plugin|>",
            ["interpreter"] = "<|interpreter|>",
        },
        Actions = new Dictionary<string, RoleFormat>
        {
            ["plugin"] = new("<|action_start|><|plugin|>\n", "<|action_end|>"),
            ["interpreter"] = new("<|action_start|><|interpreter|>\n", "<|action_end|>"),
        },
        Tools = ToolsFormats.InternLm2,
        Aliases = new Dictionary<string, string>
        {
            [ImStart] = "[UNUSED_TOKEN_146]",
            [ImEnd] = "[UNUSED_TOKEN_145]",
            ["<|action_start|>"] = "[UNUSED_TOKEN_144]",
            ["<|action_end|>"] = "[UNUSED_TOKEN_143]",
            ["<|interpreter|>"] = "[UNUSED_TOKEN_142]",
            ["<|plugin|>"] = "[UNUSED_TOKEN_141]",
        },
    };

    /// <summary>InternLM of the first generation.</summary>
    public static readonly ChatFormat InternLm = new()
    {
        TemplateName = "internlm",
        Start = ChatFormat.Bos,
        BosText = "<s>",
        EosText = "</s>",
        Specials = ["<eoh>", "<eoa>"],
        StopTokens = ["<eoa>"],
        Roles = new Dictionary<string, RoleFormat>
        {
            ["system"] = new("<|System|>:", "", "\n"),
            ["user"] = new("<|User|>:", "<eoh>", "\n"),
            ["assistant"] = new("<|Bot|>:", "<eoa>", "\n"),
        },
    };

    /// <summary>ChatML without a beginning-of-text token.</summary>
    public static readonly ChatFormat ChatMl = new()
    {
        TemplateName = "chatml",
        Specials = [ImStart, ImEnd],
        StopTokens = [ImEnd],
        Roles = new Dictionary<string, RoleFormat>
        {
            ["system"] = ChatMlRole("system"),
            ["user"] = ChatMlRole("user"),
            ["assistant"] = ChatMlRole("assistant"),
            ["tool"] = ChatMlRole("tool"),
        },
    };

    /// <summary>Qwen: ChatML in which a tool's result is a user's message, in tags.</summary>
    public static readonly ChatFormat Qwen = ChatMl with
    {
        TemplateName = "qwen",
        SpecialsIfKnown = ["<tool_response>", "</tool_response>", "<tool_call>", "</tool_call>"],
        StopTokens = [ImEnd, "<|endoftext|>"],
        Actions = new Dictionary<string, RoleFormat> { ["plugin"] = new("<tool_call>\n", "\n</tool_call>", "\n") },
        Tools = ToolsFormats.Qwen,
        Roles = new Dictionary<string, RoleFormat>(ChatMl.Roles)
        {
            ["tool"] = new($"{ImStart}user\n<tool_response>\n", $"\n</tool_response>{ImEnd}", "\n"),
        },
    };

    /// <summary>Llama 2, as its authors publish it: the system prompt inside the first user message.</summary>
    public static readonly ChatFormat Llama2 = new()
    {
        TemplateName = "llama2",
        BosText = "<s>",
        EosText = "</s>",
        Roles = new Dictionary<string, RoleFormat>
        {
            ["user"] = new("{bos}[INST] ", " [/INST]"),
            ["assistant"] = new("", " {eos}", Lead: " "),
        },
        FoldedSystem = new RoleFormat("<<SYS>>\n", "\n<</SYS>>\n\n"),
    };

    /// <summary>Llama 3.</summary>
    public static readonly ChatFormat Llama3 = new()
    {
        TemplateName = "llama3",
        Start = ChatFormat.Bos,
        BosText = "<|begin_of_text|>",
        EosText = "<|end_of_text|>",
        Specials = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        SpecialsIfKnown = ["<|python_tag|>"],
        StopTokens = ["<|eot_id|>", "<|eom_id|>"],
        Actions = new Dictionary<string, RoleFormat> { ["plugin"] = new("<|python_tag|>", "") },
        Tools = ToolsFormats.Llama3,
        Roles = new Dictionary<string, RoleFormat>
        {
            ["system"] = Llama3Role("system"),
            ["user"] = Llama3Role("user"),
            ["assistant"] = Llama3Role("assistant"),
            ["ipython"] = Llama3Role("ipython"),
            ["tool"] = Llama3Role("ipython"),
        },
    };

    /// <summary>
    /// Mistral (version 3 of its tokenizer, whose brackets are special tokens; earlier ones spell them).
    /// </summary>
    public static readonly ChatFormat Mistral = new()
    {
        TemplateName = "mistral",
        Start = ChatFormat.Bos,
        BosText = "<s>",
        EosText = "</s>",
        SpecialsIfKnown = ["[INST]", "[/INST]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]"],
        Roles = new Dictionary<string, RoleFormat>
        {
            ["user"] = new("[INST] ", "[/INST]"),
            ["assistant"] = new("", ChatFormat.Eos, Lead: " "),
            ["tool"] = new("[TOOL_RESULTS] ", "[/TOOL_RESULTS]"),
        },
        FoldedSystem = new RoleFormat("", "\n\n"),
    };

    /// <summary>DeepSeek 3, and models distilled from it.</summary>
    /// <remarks>Source: chat_template of DeepSeek-V3 and R1 (tokenizer_config.json).</remarks>
    public static readonly ChatFormat DeepSeek = new()
    {
        TemplateName = "deepseek",
        Start = ChatFormat.Bos,
        BosText = "<｜begin▁of▁sentence｜>",
        EosText = "<｜end▁of▁sentence｜>",
        SpecialsIfKnown = ["<｜User｜>", "<｜Assistant｜>"],
        Roles = new Dictionary<string, RoleFormat>
        {
            ["system"] = new("", ""),
            ["user"] = new("<｜User｜>", ""),
            ["assistant"] = new("<｜Assistant｜>", ChatFormat.Eos),
        },
    };

    /// <summary>DeepSeek's models that reason: the prompt begins the reasoning.</summary>
    public static readonly ChatFormat DeepSeekR1 = DeepSeek with
    {
        TemplateName = "deepseek-r1",
        AnswerLead = "<think>\n",
        SpecialsIfKnown = [.. DeepSeek.SpecialsIfKnown, "<think>"],
    };

    private static RoleFormat ChatMlRole(string role) => new($"{ImStart}{role}\n", ImEnd, "\n");

    private static RoleFormat Llama3Role(string role) =>
        new($"<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>");
}
