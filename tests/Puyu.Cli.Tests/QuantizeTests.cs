using Puyu.Cli.Tests.Support;
using Puyu.Tokenizers.Chat;

namespace Puyu.Cli.Tests;

public sealed class QuantizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public QuantizeTests()
    {
        Tool.Result made = Tool.Run("bench", "make-model", _folder.File("model"), "--shape", "tiny", "--seed", "3");
        Assert.Equal((0, ""), (made.Status, made.Errors));
        File.WriteAllText(_folder.File("text.txt"), string.Concat(Enumerable.Repeat("the cat sat on the mat. ", 60)));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("awq", "4", "small")]
    [InlineData("gptq", "4", "small")]
    [InlineData("rtn", "8", "small")]
    [InlineData("awq", "4", "small.gguf")]
    public void Quantize_EachScheme_WritesASmallerModelThatChats(string scheme, string bits, string name)
    {
        Tool.Result result = Tool.Run(
            "quantize", _folder.File("model"), "--out", _folder.File(name), "--calibration", _folder.File("text.txt"),
            "--scheme", scheme, "--bits", bits, "--group-size", "64", "--sequence", "64");
        Assert.Equal((0, ""), (result.Status, result.Errors));
        Assert.Matches(@"perplexity +[0-9.]+ before, [0-9.]+ after", result.Output);

        Assert.Equal(ChatTemplate.InternLm2.Jinja, ChatTemplateFile.Read(_folder.File(name)));
        Tool.Result answer = Tool.Run("chat", _folder.File(name), "--prompt", "Hi", "--max-tokens", "4");
        Assert.Equal((0, ""), (answer.Status, answer.Errors));
    }

    [Fact]
    public void Quantize_WhatExists_IsNotOverwritten()
    {
        Tool.Result result = Tool.Run(
            "quantize", _folder.File("model"), "--out", _folder.File("model"), "--calibration",
            _folder.File("text.txt"));

        Assert.Equal(1, result.Status);
        Assert.Contains("which exists", result.Errors, StringComparison.Ordinal);
    }
}
