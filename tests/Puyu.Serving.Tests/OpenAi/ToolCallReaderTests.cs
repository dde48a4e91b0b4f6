using System.Text;
using Puyu.Abstractions.Engine;
using Puyu.Serving.OpenAi;

namespace Puyu.Serving.Tests.OpenAi;

public class ToolCallReaderTests
{
    private static readonly ToolCallSyntax _qwen = new("<tool_call>\n", "\n</tool_call>", "arguments");
    private static readonly ToolCallSyntax _internLm =
        new("<|action_start|><|plugin|>\n", "<|action_end|>", "parameters");

    private static readonly ToolCallSyntax _llama = new("<|python_tag|>", "", "parameters");

    private static readonly (string Family, string Text)[] _cases =
    [
        ("qwen", "No call, a < b, <tool and all."),
        (
            "qwen",
            "Let me see.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": [1, {\"b\": \"}\\\"<\"}]}}\n</tool_call>"),
        (
            "qwen",
            "<tool_call>\n{\"name\":\"f\",\"arguments\":{}}\n</tool_call>\n"
            + "<tool_call>\n{\"arguments\":{\"x\":1},\"name\":\"g\"}\n</tool_call>"),
        ("internLm", "ok<|action_start|><|plugin|>\n{\"name\":\"雨\",\"parameters\":{\"k\":\"雪\"}}<|action_end|>\n"),
        ("llama", "<|python_tag|>{\"name\":\"f\",\"parameters\":{\"x\":1}}; {\"name\":\"g\",\"parameters\":{}}"),
        ("qwen", "<tool_call>\nnot json</tool_call>"),
        ("qwen", "<tool_call>\n{\"arguments\":{\"x\":1}}\n</tool_call> after"),
        ("qwen", "<tool_call>\n{\"name\":\"f\"}\n</tool_call>"),
        ("qwen", "cut <tool_call>\n{\"name\":\"f\",\"arguments\":{\"x\":"),
        ("qwen", "cut <tool_call>\n{\"na"),
        ("qwen", "cut <tool_c"),
    ];

    public static TheoryData<int> Cases { get; } = [.. Enumerable.Range(0, _cases.Length)];

    [Fact]
    public void Read_FindsTextNamesAndArguments()
    {
        Assert.Equal("T:Let me see.\n|C:f|A:{\"a\": [1, {\"b\": \"}\\\"<\"}]}", Whole(_qwen, Text(1)));
        Assert.Equal("C:f|A:{}|C:g|A:{\"x\":1}", Whole(_qwen, Text(2)));
        Assert.Equal("T:ok|C:雨|A:{\"k\":\"雪\"}", Whole(_internLm, Text(3)));
        Assert.Equal("C:f|A:{\"x\":1}|C:g|A:{}", Whole(_llama, Text(4)));
        Assert.Equal("C:f|A:{}", Whole(_qwen, Text(7)));
    }

    [Fact]
    public void Read_KeepsWhatIsNoCallAsText()
    {
        Assert.Equal("T:" + Text(0), Whole(_qwen, Text(0)));
        Assert.Equal("T:" + Text(5), Whole(_qwen, Text(5)));
        Assert.Equal("T:" + Text(6), Whole(_qwen, Text(6)));
        Assert.Equal("T:" + Text(9), Whole(_qwen, Text(9)));
        Assert.Equal("T:" + Text(10), Whole(_qwen, Text(10)));
    }

    [Fact]
    public void Read_PassesOnArgumentsThatAreCutOff() =>
        Assert.Equal("T:cut |C:f|A:{\"x\":", Whole(_qwen, Text(8)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_DoesNotDependOnWhereTheTextIsSplit(int index)
    {
        (string family, string text) = _cases[index];
        ToolCallSyntax syntax = family switch { "qwen" => _qwen, "internLm" => _internLm, _ => _llama };
        string whole = Whole(syntax, text);

        Assert.All(
            Enumerable.Range(1, text.Length - 1),
            cut => Assert.Equal(whole, Read(syntax, [text[..cut], text[cut..]])));
        Assert.Equal(whole, Read(syntax, [.. text.Select(c => c.ToString())]));
    }

    [Fact]
    public void Read_StopsAfterOneCall_WhereNoMoreAreAllowed() =>
        Assert.Equal("C:f|A:{}", Read(_qwen, [Text(2) + "and more"], allowsSeveral: false));

    [Fact]
    public void Read_HoldsBackNoMoreThanCouldBeAMark()
    {
        var reader = new ToolCallReader(_qwen, allowsSeveral: true);
        List<MessagePart> parts = [];

        reader.Read("see <tool_x <tool", parts);

        Assert.Equal("see <tool_x ", Assert.Single(parts).Text);
    }

    private static string Text(int index) => _cases[index].Text;

    private static string Whole(ToolCallSyntax syntax, string text) => Read(syntax, [text]);

    /// <summary>The parts, those of one kind that follow each other joined.</summary>
    private static string Read(ToolCallSyntax syntax, string[] pieces, bool allowsSeveral = true)
    {
        var reader = new ToolCallReader(syntax, allowsSeveral);
        List<MessagePart> parts = [];
        foreach (string piece in pieces)
        {
            reader.Read(piece, parts);
        }

        reader.End(parts);
        var text = new StringBuilder();
        MessagePartKind? last = null;
        foreach (MessagePart part in parts)
        {
            if (part.Kind != last || part.Kind == MessagePartKind.Call)
            {
                text.Append(text.Length > 0 ? "|" : "").Append(part.Kind.ToString()[0]).Append(':');
            }

            text.Append(part.Text);
            last = part.Kind;
        }

        return text.ToString();
    }
}
