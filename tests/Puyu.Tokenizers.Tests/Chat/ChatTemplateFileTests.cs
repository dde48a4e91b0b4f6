using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.Tests.Support;

namespace Puyu.Tokenizers.Tests.Chat;

public sealed class ChatTemplateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AGgufFile_FindsItsKey()
    {
        string with = _folder.File("with.gguf");
        string without = _folder.File("without.gguf");
        File.WriteAllBytes(
            with, ModelFiles.Gguf(("general.name", "x"), ("tokenizer.chat_template", "{{ '<|im_start|>上' }}")));
        File.WriteAllBytes(without, ModelFiles.Gguf(("general.name", "x")));

        Assert.Equal("{{ '<|im_start|>上' }}", ChatTemplateFile.Read(with));
        Assert.Null(ChatTemplateFile.Read(without));
    }

    [Theory]
    [InlineData("""{}""", null)]
    [InlineData("""{"chat_template":"one"}""", "one")]
    [InlineData("""{"chat_template":[{"name":"tool_use","template":"t"},{"name":"default","template":"d"}]}""", "d")]
    [InlineData("""{"chat_template":[{"name":"tool_use","template":"t"}]}""", null)]
    public void Read_AFolder_FindsTheDefaultOfItsConfiguration(string json, string? expected)
    {
        File.WriteAllText(_folder.File("tokenizer_config.json"), json);

        Assert.Equal(expected, ChatTemplateFile.Read(Path.GetDirectoryName(_folder.File("x"))!));
    }

    [Fact]
    public void Read_AFolder_PrefersTheFileOfItsOwn()
    {
        File.WriteAllText(_folder.File("tokenizer_config.json"), """{"chat_template":"one"}""");
        File.WriteAllText(_folder.File("chat_template.jinja"), "two");

        Assert.Equal("two", ChatTemplateFile.Read(Path.GetDirectoryName(_folder.File("x"))!));
    }

    [Fact]
    public void Read_ATemplateThatIsNoText_IsAnError()
    {
        File.WriteAllText(_folder.File("tokenizer_config.json"), """{"chat_template":7}""");

        InvalidDataException error = Assert.Throws<InvalidDataException>(
            () => ChatTemplateFile.Read(Path.GetDirectoryName(_folder.File("x"))!));
        Assert.Contains("chat_template is 7", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ bos_token }}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] }}", "internlm2")]
    [InlineData("{{ '<|im_start|>' + role }}{{ '<|action_start|><|plugin|>' }}", "internlm2")]
    [InlineData("{{ '<|im_start|>' + role }}{{ '<tool_call>' }}", "qwen")]
    [InlineData("{{ '<|im_start|>' + role + '<|im_end|>' }}", "chatml")]
    [InlineData("{{ bos_token + '[INST] <<SYS>>' }}", "llama2")]
    [InlineData("{{ bos_token + '[INST] ' + message['content'] + '[/INST]' }}", "mistral")]
    [InlineData("{{ '<|start_header_id|>' + role + '<|end_header_id|>' }}", "llama3")]
    [InlineData("{{ bos_token + '<|User|>:' + x + '<eoh>\\n<|Bot|>:' }}", "internlm")]
    [InlineData("{{ '<｜User｜>' + x + '<｜Assistant｜>' }}", "deepseek")]
    [InlineData("{{ '<｜User｜>' + x }}{{ '<｜Assistant｜><think>\\n' }}", "deepseek-r1")]
    [InlineData("{{ '<start_of_turn>' + role }}", null)]
    public void FindByJinja_KnowsFamiliesByTheirMarkers(string jinja, string? expected) =>
        Assert.Equal(expected, ChatTemplate.FindByJinja(jinja)?.Name);

    [Fact]
    public void FindByJinja_KnowsWhatIsWritten() =>
        Assert.Same(ChatTemplate.InternLm2, ChatTemplate.FindByJinja(ChatTemplate.InternLm2.Jinja!));
}
