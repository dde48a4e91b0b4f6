using Puyu.Data.Rules;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Rules;

public class SignalsStageTests
{
    [Fact]
    public void Apply_MeasuresEachSignal()
    {
        const string Text = "NASA saw (1) http://a.b/c it.\n\n* saw {x}\n* saw {x}\n";

        Dictionary<string, float> values = new SignalsStage(new SignalsOptions()).Measure(Text);

        Assert.Equal(
            new Dictionary<string, float>
            {
                ["characters"] = 51,
                ["not-alphanumeric"] = 26 / 51f,
                ["digits"] = 1 / 51f,
                ["white-space"] = 12 / 51f,
                ["parentheses"] = 2 / 51f,
                ["curly-brackets"] = 4 / 51f,
                ["url-characters"] = 12 / 51f,
                ["lines"] = 3,
                ["mean-line-length"] = 47 / 3f,
                ["longest-line"] = 29,
                ["unique-lines"] = 1 - (1 / 3f),
                ["unique-line-characters"] = 1 - (9 / 51f),
                ["unique-paragraphs"] = 1,
                ["unique-paragraph-characters"] = 1,
                ["lines-without-terminal-mark"] = 2 / 3f,
                ["bullet-lines"] = 2 / 3f,
                ["words"] = 12,
                ["longest-word"] = 4,
                ["unique-words"] = 9 / 12f,
                ["capital-words"] = 1 / 12f,
                ["word-entropy"] = (float)(Math.Log(12) - (((3 * Math.Log(3)) + (2 * Math.Log(2))) / 12)),
                ["repeated-10-grams"] = 0,
            },
            values);
    }

    [Fact]
    public void Apply_CountsRepeatedTenGrams_AndIdeographsInPairs()
    {
        string text = string.Concat(Enumerable.Repeat("天地玄黄宇宙洪荒", 4));

        Dictionary<string, float> values =
            new SignalsStage(new SignalsOptions { Ideographs = IdeographWords.Pairs }).Measure(text);

        Assert.Equal(16, values["words"]);
        Assert.Equal(6 / 7f, values["repeated-10-grams"]); // all but the fourth begin once more
    }
}
