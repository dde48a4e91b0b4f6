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
