using Puyu.Data.Tests.Rules;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Text;

public class StatisticsStageTests
{
    [Fact]
    public void Apply_MeasuresTheNineFigures()
    {
        var stage = new StatisticsStage(new StatisticsOptions());

        Dictionary<string, float> values = stage.Measure("The cat sat. The dog ran!\nA #tag...\n");

        Assert.Equal(
            new Dictionary<string, float>
            {
                ["content-length"] = 36,
                ["line-number"] = 2,
                ["token-length"] = 9,
                ["non-alpha-fraction"] = 14 / 36f,
                ["unique-word-fraction"] = 7 / 8f,
                ["mean-word-length"] = 22 / 8f,
                ["sentence-number"] = 3,
                ["stop-word-fraction"] = 3 / 8f,
                ["symbol-to-word-ratio"] = 2 / 8f,
            },
            values);
    }

    [Fact]
    public void Apply_CountsTokens_WithTheTokenizerGiven()
    {
        var stage = new StatisticsStage(new StatisticsOptions(), text => text.Split(' ').Length);

        Assert.Equal(3, stage.Measure("one two three")["token-length"]);
    }

    [DataFact]
    public void Apply_CountsTokens_WithTheTokenizerOfTheOptions()
    {
        string path = TestData.File("tokenizers", "internlm2.model");

        Dictionary<string, float> values =
            new StatisticsStage(new StatisticsOptions { Tokenizer = path }).Measure("Hello world");

        Assert.Equal(2, values["token-length"]); // 9843 2028
    }

    [Fact]
    public void Apply_CountsChinese_ByCharacterOrPair()
    {
        const string Text = "我们的国家。";

        Dictionary<string, float> characters = new StatisticsStage(new StatisticsOptions()).Measure(Text);
        Dictionary<string, float> pairs = new StatisticsStage(
            new StatisticsOptions { Ideographs = IdeographWords.Pairs, StopWords = ["我们"] }).Measure(Text);

        Assert.Equal(3 / 5f, characters["stop-word-fraction"]);
        Assert.Equal(1, characters["mean-word-length"]);
        Assert.Equal(1 / 3f, pairs["stop-word-fraction"]);
        Assert.Equal(5 / 3f, pairs["mean-word-length"]);
    }
}
