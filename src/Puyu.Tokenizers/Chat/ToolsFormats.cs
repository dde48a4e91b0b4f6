namespace Puyu.Tokenizers.Chat;

/// <summary>How the families tell the assistant of tools, byte for byte.</summary>
internal static class ToolsFormats
{
    private const string AsFunction = """{"type": "function", "function": """;

    private const string QwenHeader =
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n";

    private const string QwenFooter =
        "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
        + "<tool_call></tool_call> XML tags:\n<tool_call>\n"
        + """{"name": <function-name>, "arguments": <args-json-object>}""" + "\n</tool_call>";

    private const string Llama3Header =
        "You have access to the following functions. To call a function, please respond with JSON for a function call."
        + """Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}."""
        + "Do not use variables.\n\n";

    /// <summary>A system message by the name of plugin, behind the first system message.</summary>
    /// <remarks>Source: InternLM, agent format of InternLM2 (agent/README.md).</remarks>
    public static readonly ToolsFormat InternLm2 = new(
        "<|im_start|>system name=<|plugin|>\n[", "", "", ", ", "]<|im_end|>\n", ToolsPlace.OwnMessage, "parameters");

    /// <summary>Behind the system message.</summary>
    /// <remarks>Source: chat_template of Qwen2.5-Instruct (tokenizer_config.json).</remarks>
    public static readonly ToolsFormat Qwen = new(
        QwenHeader, AsFunction, "}", "\n", QwenFooter, ToolsPlace.BehindSystem, "arguments");

    /// <summary>Before the system message.</summary>
    /// <remarks>Source: chat_template of Llama-3.1-Instruct (tokenizer_config.json).</remarks>
    public static readonly ToolsFormat Llama3 = new(
        Llama3Header, AsFunction, "}", "\n\n", "\n\n", ToolsPlace.BeforeSystem, "parameters");
}
