namespace Puyu.Tokenizers.Chat;

/// <summary>Recognises the family of a Jinja template by the markers it writes.</summary>
internal static class ChatTemplateMarkers
{
    /// <summary>
    /// Each template with markers that all stand in its Jinja forms; the first that fits counts. InternLM2 alone of the
    /// ChatML family begins with the beginning-of-text token, Qwen alone has its tags for tools.
    /// </summary>
    private static readonly (ChatTemplate Template, string[] Markers)[] _known =
    [
        (ChatTemplate.DeepSeekR1, ["<｜Assistant｜><think>"]),
        (ChatTemplate.DeepSeek, ["<｜Assistant｜>"]),
        (ChatTemplate.Llama3, ["<|start_header_id|>"]),
        (ChatTemplate.InternLm2, ["<|im_start|>", "bos_token"]),
        (ChatTemplate.InternLm2, ["<|im_start|>", "<|plugin|>"]),
        (ChatTemplate.Qwen, ["<|im_start|>", "<tool_call>"]),
        (ChatTemplate.ChatMl, ["<|im_start|>"]),
        (ChatTemplate.Llama2, ["[INST]", "<<SYS>>"]),
        (ChatTemplate.Mistral, ["[INST]"]),
        (ChatTemplate.InternLm, ["<|User|>", "<|Bot|>"]),
    ];

    /// <summary>The template that writes these markers; null for none.</summary>
    public static ChatTemplate? Find(string jinja) => Array.Find(
        _known, known => known.Markers.All(marker => jinja.Contains(marker, StringComparison.Ordinal))).Template;
}
