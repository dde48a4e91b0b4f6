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
        File.WriteAllText(folder.File("corpus", "blank.txt"), " \n");

        Tool.Result first = Run(folder, "first", threads: 1);
        Tool.Result second = Run(folder, "second", threads: 2);

        Assert.Equal((0, ""), (first.Status, first.Errors));
        Assert.Equal((0, ""), (second.Status, second.Errors));
        Assert.Contains("bits per byte", first.Output, StringComparison.Ordinal);
        Assert.Matches(@"1,501 documents; removed 1 by size(, \d+ by \w+)*; [0-9,]+ left, 0\.\d MB\n", first.Output);
        Assert.Matches(@"[0-9,]+ to train on, \d+ held out at random, 0 of a namespace, \d+ set aside", first.Output);
        Assert.All((string[])["base", "chat"], run => Assert.Equal(
            File.ReadAllBytes(folder.File("first", run, "model", "model.safetensors")),
            File.ReadAllBytes(folder.File("second", run, "model", "model.safetensors"))));

        Assert.Matches(@"in 4 bits +[0-9.]+ bits per byte, perplexity [0-9.]+", first.Output);
        Assert.Equal(
            File.ReadAllBytes(folder.File("first", "chat-int4", "model.safetensors")),
            File.ReadAllBytes(folder.File("second", "chat-int4", "model.safetensors")));

        AssertTheLedgerAnswers(folder.File("first"));
        string report = File.ReadAllText(folder.File("first", "report.html"));
        Assert.Contains("behind clean/size", report, StringComparison.Ordinal);
        Assert.Contains("Recipe: documents", report, StringComparison.Ordinal);
        Assert.Contains("In four bits", report, StringComparison.Ordinal);
        Assert.Contains("<svg", report, StringComparison.Ordinal);
        Assert.DoesNotContain("http", report[..report.IndexOf("<h2>Lineage", StringComparison.Ordinal)], StringComparison.Ordinal);

        foreach (string model in (string[])[folder.File("first", "chat", "model"), folder.File("first", "chat-int4")])
        {
            Tool.Result lineage = Tool.Run("lineage", model);
            Assert.Equal(0, lineage.Status);
            Assert.Contains("data ledger.db", lineage.Output, StringComparison.Ordinal);
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

    [Fact]
    public void Quickstart_RunsARecipeOfTheUser_AndSaysWhatCouldNotBeRead()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("corpus"));
        SmallDocumentation.Write(folder.File("corpus", "Invented.xml"), members: 900);
        File.WriteAllText(folder.File("corpus", "broken.xml"), "<doc><member name=\"T:A\">");
        string ready = Tool.Run("data", "recipe", "quickstart-docs").Output;
        File.WriteAllText(folder.File("mine.json"), ready
            .Replace("packs/*/*/ref/net10.0/*.xml", "corpus/*.xml", StringComparison.Ordinal)
            .Replace("\"characters\": 1 ", "\"characters\": 100 ", StringComparison.Ordinal));

        Tool.Result result = Tool.Run(
            "quickstart", "--out", folder.File("out"), "--corpus", folder.File("mine.json"), "--steps", "10",
            "--vocab-size", "600");

        Assert.Equal((0, ""), (result.Status, result.Errors));
        Assert.Matches(@"900 documents; removed [1-9]\d* by size.*; 1 could not be read", result.Output);
        Assert.Equal("nothing to do: all of it was there", Tool.Run(
            "data", "run", folder.File("mine.json"), "--out", folder.File("out", "data")).Output
            .Split('\n').Single(line => line.StartsWith("nothing", StringComparison.Ordinal)));
        Assert.False(File.Exists(folder.File("out", "recipes", "documents.json")));
    }

    [Fact]
    public void Resume_RunsTheRecipeAsTheUserLeftIt()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("corpus"));
        File.WriteAllText(folder.File("corpus", "a.txt"), "One text alone cannot be divided.");
        Tool.Result first = Run(folder, "out", threads: 1);
        string recipe = folder.File("out", "recipes", "documents.json");
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace(
            "\"characters\": 1", "\"characters\": 1000", StringComparison.Ordinal));

        Tool.Result second = Tool.Run(
            "quickstart", "--out", folder.File("out"), "--resume", "--steps", "10", "--vocab-size", "600");

        Assert.Equal((1, 1), (first.Status, second.Status));
        Assert.Contains("0 of 1 documents are held out", first.Errors, StringComparison.Ordinal);
        Assert.Contains("none of 1 documents is left: change the recipe, ", second.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Recipe_ListsTheReadyOnes_AndNamesThemWhereOneIsUnknown()
    {
        Tool.Result names = Tool.Run("data", "recipe");

        Assert.Equal(
            Repository.Files("recipes", "data-*.json").Concat(Repository.Files("recipes", "quickstart-*.json"))
                .Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal),
            names.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim()));
        Assert.Contains(
            "recipe is 'x' but must be one of data-code, ", Tool.Run("data", "recipe", "x").Errors,
            StringComparison.Ordinal);
    }

    /// <summary>What data commands say of the run in a quickstart's folder.</summary>
    private static void AssertTheLedgerAnswers(string quickstart)
    {
        string data = Path.Combine(quickstart, "data");
        string blank = Path.Combine(Path.GetDirectoryName(quickstart)!, "corpus", "blank.txt");
        string id = File.ReadLines(Path.Combine(quickstart, "corpus", "training.jsonl")).First().Split('"')[3];

        Assert.Contains("kept: out/", Tool.Run("data", "explain", id, "--out", data).Output, StringComparison.Ordinal);
        Assert.Contains(
            "removed by clean/size: characters is 0 but must be at least 1",
            Tool.Run("data", "explain", blank, "--out", data).Output,
            StringComparison.Ordinal);
        Assert.Contains("nothing to do", Tool.Run(
            "data", "run", Path.Combine(quickstart, "recipes", "documents.json"), "--out", data).Output,
            StringComparison.Ordinal);
    }

    private static Tool.Result Run(TemporaryFolder folder, string name, int threads) => Tool.Run(
        "quickstart", "--out", folder.File(name), "--corpus", folder.File("corpus"), "--steps", "10",
        "--vocab-size", "600", "--threads", $"{threads}");
}
