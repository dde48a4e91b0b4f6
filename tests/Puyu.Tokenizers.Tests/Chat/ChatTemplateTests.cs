using Puyu.Tokenizers.Chat;

namespace Puyu.Tokenizers.Tests.Chat;

/// <summary>The exact text of every template.</summary>
public class ChatTemplateTests
{
    private static readonly ChatMessage _system = new("system", "S");
    private static readonly ChatMessage _question = new("user", "Q1");
    private static readonly ChatMessage _answer = new("assistant", "A1");
    private static readonly ChatMessage _question2 = new("user", "Q2");
    private static readonly ChatMessage _answer2 = new("assistant", "A2");

    [Theory]
    [InlineData("internlm2",
        "<s><|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n"
        + "A1<|im_end|>\n<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n")]
    [InlineData("internlm", "<s><|System|>:S\n<|User|>:Q1<eoh>\n<|Bot|>:A1<eoa>\n<|User|>:Q2<eoh>\n<|Bot|>:A2<eoa>\n")]
    [InlineData("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n"
        + "A1<|im_end|>\n<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n")]
    [InlineData("qwen", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n"
        + "A1<|im_end|>\n<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n")]
    [InlineData("llama2", "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nQ1 [/INST] A1 </s><s>[INST] Q2 [/INST] A2 </s>")]
    [InlineData("llama3", "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nQ1<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
        + "A1<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nQ2<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
        + "A2<|eot_id|>")]
    [InlineData("mistral", "<s>[INST] S\n\nQ1[/INST] A1</s>[INST] Q2[/INST] A2</s>")]
    public void Render_WritesTwoTurns(string name, string expected) => Assert.Equal(
        expected, ChatTemplate.ByName(name).Render([_system, _question, _answer, _question2, _answer2]));

    [Theory]
    [InlineData("internlm2_chat", "<s><|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("internlm_chat", "<s><|User|>:Q1<eoh>\n<|Bot|>:")]
    [InlineData("chatml", "<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("qwen_chat", "<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("llama2_chat", "<s>[INST] Q1 [/INST]")]
    [InlineData("llama3_chat", "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nQ1<|eot_id|>"
        + "<|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("mistral", "<s>[INST] Q1[/INST]")]
    public void RenderPrompt_EndsWhereTheAnswerBegins(string name, string expected)
    {
        var template = ChatTemplate.ByName(name);

        string prompt = template.RenderPrompt([_question]);

        Assert.Equal(expected, prompt);
        Assert.StartsWith(prompt, template.Render([_question, _answer]), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_WritesInternLm2PluginsCallsAndResults()
    {
        ChatMessage[] messages =
        [
            _system,
            new("system", """[{"name":"search"}]""", "plugin"),
            _question,
            new("assistant", "Let me see.", Action: new ChatAction("plugin", """{"name":"search","parameters":{}}""")),
            new("environment", """{"found":1}""", "plugin"),
            new("assistant", "One."),
        ];

        Assert.Equal(
            "<s><|im_start|>system\nS<|im_end|>\n"
            + "<|im_start|>system name=<|plugin|>\n[{\"name\":\"search\"}]<|im_end|>\n"
            + "<|im_start|>user\nQ1<|im_end|>\n"
            + "<|im_start|>assistant\nLet me see.<|action_start|><|plugin|>\n{\"name\":\"search\",\"parameters\":{}}"
            + "<|action_end|><|im_end|>\n"
            + "<|im_start|>environment name=<|plugin|>\n{\"found\":1}<|im_end|>\n"
            + "<|im_start|>assistant\nOne.<|im_end|>\n",
            ChatTemplate.InternLm2.Render(messages));
    }

    [Fact]
    public void Render_WritesInternLm2InterpreterAndFiles()
    {
        ChatMessage[] messages =
        [
            new("system", "You may run code.", "interpreter"),
            new("user", """[{"path":"a.csv","size":"1K"}]""", "file"),
            new("assistant", "", Action: new ChatAction("interpreter", "```python\n1\n```")),
            new("tool", "1", "interpreter"),
        ];

        Assert.Equal(
            "<s><|im_start|>system name=<|interpreter|>\nYou may run code.<|im_end|>\n"
            + "<|im_start|>user name=file\n[{\"path\":\"a.csv\",\"size\":\"1K\"}]<|im_end|>\n"
            + "<|im_start|>assistant\n<|action_start|><|interpreter|>\n```python\n1\n```<|action_end|><|im_end|>\n"
            + "<|im_start|>environment name=<|interpreter|>\n1<|im_end|>\n<|im_start|>assistant\n",
            ChatTemplate.InternLm2.RenderPrompt(messages));
    }

    [Theory]
    [InlineData("chatml", "<|im_start|>tool\nR<|im_end|>\n")]
    [InlineData("qwen", "<|im_start|>user\n<tool_response>\nR\n</tool_response><|im_end|>\n")]
    [InlineData("llama3", "<|begin_of_text|><|start_header_id|>ipython<|end_header_id|>\n\nR<|eot_id|>")]
    [InlineData("mistral", "<s>[TOOL_RESULTS] R[/TOOL_RESULTS]")]
    [InlineData("internlm2", "<s><|im_start|>environment\nR<|im_end|>\n")]
    public void Render_WritesResultsOfTools(string name, string expected) =>
        Assert.Equal(expected, ChatTemplate.ByName(name).Render([new ChatMessage("tool", "R")]));

    [Fact]
    public void Render_NamesARoleThatTheTemplateLacks()
    {
        Assert.All(ChatTemplate.All, template => Assert.Contains(
            $"role is 'narrator' but chat template {template.Name} has ",
            Error(() => template.Render([new ChatMessage("narrator", "x")])),
            StringComparison.Ordinal));
        Assert.Contains("role is 'tool'", Error(() => ChatTemplate.Llama2.Render([new ChatMessage("tool", "x")])),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama2")]
    [InlineData("mistral")]
    public void Render_RefusesWhatIsOutOfTurn_WhereTheSystemMessageIsFolded(string name)
    {
        var template = ChatTemplate.ByName(name);

        Assert.Contains("message 1 is system's", Error(() => template.Render([_question, _system])),
            StringComparison.Ordinal);
        Assert.Contains("must not follow a message of the user", Error(() => template.Render([_question, _question2])),
            StringComparison.Ordinal);
        Assert.Contains("must follow a message of the user", Error(() => template.Render([_answer])),
            StringComparison.Ordinal);
        Assert.Contains("must be followed by", Error(() => template.Render([_system])), StringComparison.Ordinal);
        Assert.Contains("must end with a message of the user", Error(() => template.RenderPrompt([_question, _answer])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Render_RefusesNamesAndActionsThatTheTemplateLacks()
    {
        var named = new ChatMessage("user", "x", "file");
        var call = new ChatMessage("assistant", "x", Action: new ChatAction("plugin", "{}"));

        Assert.Contains("name is 'file' but chat template chatml has no names",
            Error(() => ChatTemplate.ChatMl.Render([named])), StringComparison.Ordinal);
        Assert.Contains("name is 'a b'", Error(() => ChatTemplate.InternLm2.Render([named with { Name = "a b" }])),
            StringComparison.Ordinal);
        Assert.Contains("chat template mistral has no actions",
            Error(() => ChatTemplate.Mistral.Render([new("user", "q"), call])), StringComparison.Ordinal);
        Assert.Contains("action 'oracle'", Error(() => ChatTemplate.InternLm2.Render(
            [call with { Action = new ChatAction("oracle", "") }])), StringComparison.Ordinal);
        Assert.Contains("message of 'user' ends in action",
            Error(() => ChatTemplate.InternLm2.Render([call with { Role = "user" }])), StringComparison.Ordinal);
    }

    [Fact]
    public void ByName_ListsTheTemplates() => Assert.Contains(
        "chat template is 'alpaca' but must be one of internlm2, internlm, chatml, qwen, llama2, llama3, mistral",
        Error(() => ChatTemplate.ByName("alpaca")), StringComparison.Ordinal);

    private static string Error(Func<object> work) => Assert.Throws<ArgumentException>(work).Message;
}
