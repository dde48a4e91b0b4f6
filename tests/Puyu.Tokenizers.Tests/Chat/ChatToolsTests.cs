using Puyu.Tokenizers.Chat;

namespace Puyu.Tokenizers.Tests.Chat;

public class ChatToolsTests
{
    private static readonly string[] _tools = ["""{"name": "a"}""", """{"name": "b"}"""];

    private static readonly ChatMessage[] _chat = [new("system", "Be brief."), new("user", "Q")];

    [Fact]
    public void RenderPrompt_TellsInternLm2OfTools_BehindTheSystemMessage()
    {
        string system = "<|im_start|>system name=<|plugin|>\n[{\"name\": \"a\"}, {\"name\": \"b\"}]<|im_end|>\n";
        string user = "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n";

        Assert.Equal(
            $"<s><|im_start|>system\nBe brief.<|im_end|>\n{system}{user}",
            ChatTemplate.InternLm2.RenderPrompt(_chat, _tools));
        Assert.Equal($"<s>{system}{user}", ChatTemplate.InternLm2.RenderPrompt(_chat[1..], _tools));
    }

    [Fact]
    public void RenderPrompt_TellsQwenOfTools_InTheSystemMessage()
    {
        string tools = ChatTemplate.Qwen.RenderPrompt(_chat, _tools);
        string expected =
            """
            <|im_start|>system
            Be brief.

            # Tools

            You may call one or more functions to assist with the user query.

            You are provided with function signatures within <tools></tools> XML tags:
            <tools>
            {"type": "function", "function": {"name": "a"}}
            {"type": "function", "function": {"name": "b"}}
            </tools>

            For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
            <tool_call>
            {"name": <function-name>, "arguments": <args-json-object>}
            </tool_call><|im_end|>
            <|im_start|>user
            Q<|im_end|>
            <|im_start|>assistant

            """;

        Assert.Equal(expected.ReplaceLineEndings("\n"), tools);
        Assert.Equal(
            tools.Replace("Be brief.\n\n", "", StringComparison.Ordinal),
            ChatTemplate.Qwen.RenderPrompt(_chat[1..], _tools));
    }

    [Fact]
    public void RenderPrompt_TellsLlama3OfTools_BeforeWhatTheSystemMessageSays()
    {
        string prompt = ChatTemplate.Llama3.RenderPrompt(_chat, _tools);

        Assert.StartsWith(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou have access to the following functions.",
            prompt, StringComparison.Ordinal);
        Assert.Contains(
            "\n\n{\"type\": \"function\", \"function\": {\"name\": \"a\"}}\n\n"
            + "{\"type\": \"function\", \"function\": {\"name\": \"b\"}}\n\nBe brief.<|eot_id|>",
            prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_WritesSeveralCalls()
    {
        ChatMessage[] chat =
        [
            new("user", "Q"),
            new("assistant", "", Action: new ChatAction("plugin", "{1}"))
            {
                FurtherActions = [new ChatAction("plugin", "{2}")],
            },
            new("tool", "R"),
            new("assistant", "so", Action: new ChatAction("plugin", "{3}")),
        ];

        Assert.EndsWith(
            "<|im_start|>assistant\n<tool_call>\n{1}\n</tool_call>\n<tool_call>\n{2}\n</tool_call><|im_end|>\n"
            + "<|im_start|>user\n<tool_response>\nR\n</tool_response><|im_end|>\n"
            + "<|im_start|>assistant\nso\n<tool_call>\n{3}\n</tool_call><|im_end|>\n",
            ChatTemplate.Qwen.Render(chat), StringComparison.Ordinal);
        Assert.Contains(
            "assistant\n<|action_start|><|plugin|>\n{1}<|action_end|><|action_start|><|plugin|>\n{2}<|action_end|>",
            ChatTemplate.InternLm2.Render(chat), StringComparison.Ordinal);
    }

    [Fact]
    public void ToolCalls_SayHowACallIsWritten()
    {
        Assert.Equal(
            new ToolCallFormat("<|action_start|><|plugin|>\n", "<|action_end|>", "parameters"),
            ChatTemplate.InternLm2.ToolCalls);
        Assert.Equal(
            new ToolCallFormat("<tool_call>\n", "\n</tool_call>", "arguments"), ChatTemplate.Qwen.ToolCalls);
        Assert.Equal(new ToolCallFormat("<|python_tag|>", "", "parameters"), ChatTemplate.Llama3.ToolCalls);
        Assert.Null(ChatTemplate.Mistral.ToolCalls);
    }

    [Fact]
    public void RenderPrompt_RefusesTools_WhereTheTemplateHasNone()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => ChatTemplate.Mistral.RenderPrompt([new("user", "Q")], _tools));

        Assert.StartsWith(
            "2 tools are given but chat template mistral has no place for them", exception.Message,
            StringComparison.Ordinal);
    }
}
