using Puyu.Data.Rules;

namespace Puyu.Data.Tests.Rules;

public class ChineseStageTests
{
    private static readonly ChineseStage _stage = new();

    [DataTheory]
    [InlineData("红楼梦.txt", 0.97)]
    [InlineData("三国演义.txt", 0.97)]
    public void Bounds_KeepNovels(string file, double share)
    {
        string[] pieces = [.. SampleTexts.Pieces(file, 4000)];

        string?[] reasons = [.. pieces.Select(_stage.Reason)];

        Assert.InRange(reasons.Count(reason => reason is null) / (double)pieces.Length, share, 1);
    }

    [Theory]
    [InlineData("broken-lines", "今天我们去了\n公园里散步看\n到很多花草和\n树木非常漂亮，很好。\n然后我们回家吃饭。", 0.75f)]
    [InlineData("short-lines", "首页\n新闻\n今天的天气非常好。\n登录", 0.75f)]
    [InlineData("spaced-ideographs", "中 国 人 民 站起来了。", 4 / 8f)]
    [InlineData("longest-run", "手机电脑，手机电脑手机电脑。", 8)]
    [InlineData("abnormal-characters", "中文\uFFFD文本\u25A0。", 2 / 7f)]
    [InlineData("marks", "好，很好。", 2 / 5f)]
    [InlineData("terminal-marks", "好，很、好。", 1 / 3f)]
    [InlineData("terminal-lines", "好的。\n首页\n他说“好”", 2 / 3f)]
    [InlineData("mark-runs", "好！！！！真的，很好。", 4 / 6f)]
    [InlineData("unpaired-brackets", "（（（（（（（（一）二）", 0.6f)]
    [InlineData("ideographs", "中文 text", 2 / 6f)]
    public void Apply_Measures(string measure, string text, float expected)
    {
        Assert.Equal(expected, _stage.Measure(text)[measure]);
    }

    [Fact]
    public void Apply_MeasuresFrequencies_OfAHundredIdeographsOrMore()
    {
        string even = string.Concat(Enumerable.Range(0, 128).Select(i => (char)('\u4E00' + (i % 64))));

        Dictionary<string, float> values = _stage.Measure(even);

        Assert.Equal(6, values["ideograph-entropy"]);
        Assert.Equal(1 / 64f, values["most-frequent-ideograph"]);
        Assert.Equal(float.NaN, _stage.Measure(even[..99])["ideograph-entropy"]);
        Assert.Equal(
            "ideograph-entropy",
            _stage.Reason(string.Concat(Enumerable.Repeat("天地玄黄宇宙洪荒日月，盈昃辰宿列张寒来暑往。", 10))));
    }

    [Fact]
    public void Apply_LeavesOtherLanguagesAlone()
    {
        Dictionary<string, float> values =
            _stage.Measure("An English text with one word, 中文, in it\nand lines broken\nso");

        Assert.All(values.Where(value => value.Key != "ideographs"), value => Assert.Equal(float.NaN, value.Value));
    }
}
