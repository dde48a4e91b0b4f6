using Puyu.Cli.Tests.Support;

namespace Puyu.Cli.Tests;

public class DataModelsTests
{
    [Fact]
    public void TrainFilter_ReportsHowWellItFinds_AndWritesTheModel()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("a.csv"),
        [
            "text,label",
            .. Enumerable.Range(0, 600).Select(i => i % 2 == 0 ? $"buy cheap pills {i},ad" : $"we met at noon {i},"),
        ]);

        Tool.Result result = Tool.Run(
            "data", "train-filter", folder.File("a.csv"), "--positive", "ad", "--score", "advertising",
            "--target-precision", "0.95", "--out", folder.File("ads.bin"));

        Assert.Equal(0, result.Status);
        Assert.Contains("advertising on", result.Output, StringComparison.Ordinal);
        Assert.Contains("AUC 1.0000", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("ads.bin")));
    }

    [Fact]
    public void TrainFilter_NamesAMissingColumn()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.csv"), "text,class\na,1\n");

        Tool.Result result = Tool.Run("data", "train-filter", folder.File("a.csv"), "--out", folder.File("b"));

        Assert.Equal(1, result.Status);
        Assert.Contains("lacks a column label (it has text, class)", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void BuildList_CountsEntriesByKind()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("domains"), "# bad\none.example\ntwo.example\n");
        File.WriteAllText(folder.File("words"), "casino\n");

        Tool.Result result = Tool.Run(
            "data", "build-list", "--domains", folder.File("domains"), "--words", folder.File("words"),
            "--out", folder.File("list"));

        Assert.Equal(0, result.Status);
        Assert.Matches(@"Domain\s+2\s", result.Output);
        Assert.Matches(@"Word\s+1\s", result.Output);
    }

    [Fact]
    public void ReviewLong_WritesTextsAndMovesThresholds()
    {
        using var folder = new TemporaryFolder();
        string text = string.Join(' ', Enumerable.Range(0, 300).Select(i => $"w{(char)('a' + (i % 20))}"));
        File.WriteAllText(folder.File("long.jsonl"), $"{{\"id\":\"1\",\"text\":\"{text}\"}}\n");

        Tool.Result written = Tool.Run(
            "data", "review-long", "write", folder.File("long.jsonl"), "--domain", "book", "--language", "en",
            "--out", folder.File("review.jsonl"));
        string review = File.ReadAllText(folder.File("review.jsonl"));
        File.WriteAllText(
            folder.File("review.jsonl"), review.Replace("\"keep\":null", "\"keep\":false", StringComparison.Ordinal));
        Tool.Result applied = Tool.Run(
            "data", "review-long", "apply", folder.File("review.jsonl"), "--out", folder.File("thresholds.json"));

        Assert.Contains("1 texts to review", written.Output, StringComparison.Ordinal);
        Assert.Equal(0, applied.Status);
        Assert.Matches(@"book\s+en\s+-\d", applied.Output);
        Assert.Contains("\"book\"", File.ReadAllText(folder.File("thresholds.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void TrainPerplexityAndLanguages_WriteModels()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("languages"));
        File.WriteAllText(folder.File("languages", "en.txt"), "the cat and the dog\nthe dog and the cat\n");

        Tool.Result perplexity = Tool.Run(
            "data", "train-perplexity", folder.File("languages", "en.txt"), "--order", "2",
            "--test", folder.File("languages", "en.txt"), "--out", folder.File("ngrams"));
        Tool.Result languages = Tool.Run(
            "data", "train-languages", folder.File("languages"), "--out", folder.File("model"));

        Assert.Contains("6 words", perplexity.Output, StringComparison.Ordinal); // with the end and the unknown
        Assert.Contains("perplexity of", perplexity.Output, StringComparison.Ordinal);
        Assert.Contains("1 languages: en", languages.Output, StringComparison.Ordinal);
    }
}
