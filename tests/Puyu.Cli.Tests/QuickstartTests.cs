using Puyu.Cli.Tests.Support;

namespace Puyu.Cli.Tests;

public class QuickstartTests
{
    [Fact]
    public void Quickstart_WalksTheWholeChain_AndRepeatsItByteForByte()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("corpus"));
        SmallDocumentation.Write(folder.File("corpus", "Invented.xml"), members: 1500);

        Tool.Result first = Run(folder, "first", threads: 1);
        Tool.Result second = Run(folder, "second", threads: 2);

        Assert.Equal((0, ""), (first.Status, first.Errors));
        Assert.Equal((0, ""), (second.Status, second.Errors));
        Assert.Contains("bits per byte", first.Output, StringComparison.Ordinal);
        Assert.All((string[])["base", "chat"], run => Assert.Equal(
            File.ReadAllBytes(folder.File("first", run, "model", "model.safetensors")),
            File.ReadAllBytes(folder.File("second", run, "model", "model.safetensors"))));

        Assert.Matches(@"in 4 bits +[0-9.]+ bits per byte, perplexity [0-9.]+", first.Output);
        Assert.Equal(
            File.ReadAllBytes(folder.File("first", "chat-int4", "model.safetensors")),
            File.ReadAllBytes(folder.File("second", "chat-int4", "model.safetensors")));

        string report = File.ReadAllText(folder.File("first", "report.html"));
        Assert.Contains("In four bits", report, StringComparison.Ordinal);
        Assert.Contains("<svg", report, StringComparison.Ordinal);
        Assert.DoesNotContain("http", report[..report.IndexOf("<h2>Lineage", StringComparison.Ordinal)], StringComparison.Ordinal);

        foreach (string model in (string[])[folder.File("first", "chat", "model"), folder.File("first", "chat-int4")])
        {
            Tool.Result lineage = Tool.Run("lineage", model);
            Assert.Equal(0, lineage.Status);
            Assert.Contains("documents corpus", lineage.Output, StringComparison.Ordinal);

            Tool.Result answer = Tool.Run(
                "chat", model, "--prompt", "What does Type1 do?", "--max-tokens", "5");
            Assert.Equal((0, ""), (answer.Status, answer.Errors));
        }
    }

    [Fact]
    public void Quickstart_RefusesAFolderThatIsNotEmpty()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("mine.txt"), "not to be lost");

        Tool.Result result = Tool.Run("quickstart", "--out", folder.Root, "--steps", "10");

        Assert.Equal(1, result.Status);
        Assert.Contains("is not empty: --resume goes on with the run in it", result.Errors, StringComparison.Ordinal);
        Assert.Equal("not to be lost", File.ReadAllText(folder.File("mine.txt")));
    }

    [Theory]
    [InlineData("empty", "has no .xml, .txt, .md or .jsonl file but a corpus needs at least one")]
    [InlineData("absent", "must be a folder of documents but does not exist")]
    public void Quickstart_NamesACorpusThatIsNone(string name, string rule)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("empty"));

        Tool.Result result = Tool.Run("quickstart", "--out", folder.File("out"), "--corpus", folder.File(name));

        Assert.Equal(1, result.Status);
        Assert.Contains(rule, result.Errors, StringComparison.Ordinal);
    }

    private static Tool.Result Run(TemporaryFolder folder, string name, int threads) => Tool.Run(
        "quickstart", "--out", folder.File(name), "--corpus", folder.File("corpus"), "--steps", "10",
        "--vocab-size", "600", "--threads", $"{threads}");
}
