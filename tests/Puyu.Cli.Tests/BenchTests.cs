using Puyu.Cli.Tests.Support;

namespace Puyu.Cli.Tests;

public class BenchTests
{
    [Fact]
    public void BenchEngine_ATinyModel_ShowsPrefillDecodeAndTheRoofline()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Tool.Run("bench", "make-model", folder.File("tiny.gguf"), "--shape", "tiny").Status);

        Tool.Result result = Tool.Run(
            "bench", "engine", folder.File("tiny.gguf"), "--prompt", "64", "--completion", "8", "--rounds", "1",
            "--batch", "1", "3");

        Assert.Equal((0, ""), (result.Status, result.Errors));
        Assert.Contains("prefill 64", result.Output, StringComparison.Ordinal);
        Assert.Contains("decode, batch 3", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text.txt", "the cat sat on the mat", new[] { "f32", "bf16", "int8", "int4" })]
    [InlineData("text.jsonl", """{"text":"the cat sat"}""", new[] { "int8", "f32" })]
    public void BenchPerplexity_ComparesFormatsOfKeysAndValues(string name, string text, string[] formats)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), text);
        Assert.Equal(0, Tool.Run("bench", "make-model", folder.File("tiny.gguf"), "--shape", "tiny").Status);

        Tool.Result result = Tool.Run(
            ["bench", "perplexity", folder.File("tiny.gguf"), folder.File(name), "--context", "16", "--threads", "1",
                "--kv-format", .. formats]);

        Assert.Equal((0, ""), (result.Status, result.Errors));
        string[] rows = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        Assert.Equal(formats, rows.Select(row => row.Split(' ')[0]));
        Assert.EndsWith(" +0.000 %", rows[0].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void BenchPerplexity_OfNoText_SaysSo()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("empty.txt"), "");

        Tool.Result result = Tool.Run("bench", "perplexity", folder.Root, folder.File("empty.txt"));

        Assert.Equal(1, result.Status);
        Assert.Contains("has no text, but there must be some to predict", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void MakeModel_TheSameSeed_IsTheSameFile()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["a.gguf", "b.gguf"])
        {
            Assert.Equal(0, Tool.Run("bench", "make-model", folder.File(name), "--seed", "9").Status);
        }

        Assert.Equal(File.ReadAllBytes(folder.File("a.gguf")), File.ReadAllBytes(folder.File("b.gguf")));
    }
}
