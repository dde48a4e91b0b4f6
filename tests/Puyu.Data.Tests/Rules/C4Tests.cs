using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;

namespace Puyu.Data.Tests.Rules;

public class C4Tests
{
    private static readonly C4Stage _datatrove = new(new C4Options());
    private static readonly C4Stage _dolma = new(new C4Options { Semantics = RuleSemantics.Dolma });

    [Fact]
    public void Apply_MatchesReference_OnLinesOfAllKinds()
    {
        Assert.All(Lines(500), text =>
        {
            (string kept, bool hasLorem, bool hasBracket) = C4Reference.AsDatatrove(text);
            Dictionary<string, float> values = _datatrove.Measure(text, out StageResult result);

            Assert.Equal(kept, result.Document.Text);
            Assert.Equal(hasLorem, values["lorem-ipsum"] > 0);
            Assert.Equal(hasBracket, values["curly-brackets"] > 0);

            _dolma.Measure(text, out result);
            Assert.Equal(C4Reference.AsDolma(text), result.Document.Text);
        });
    }

    [DataFact]
    public void Apply_MatchesReference_OnABook()
    {
        Assert.All(SampleTexts.Pieces("war_and_peace_utf8.txt", 50_000).Take(20), text =>
        {
            _datatrove.Measure(text, out StageResult result);

            Assert.Equal(C4Reference.AsDatatrove(text).Text, result.Document.Text);
        });
    }

    [Fact]
    public void Apply_ReturnsTheSameDocument_IfAllLinesStay()
    {
        var document = new Document("id", "This line stays.\nThis one stays too!");

        StageResult result = _datatrove.Apply(document, new float[_datatrove.Measures.Count]);

        Assert.Same(document, result.Document);
    }

    [Fact]
    public void Apply_MovesSpansWithTheirText()
    {
        var document = new Document("id", "menu\n  This [2] line stays.\nfooter\nOne more of them.")
        {
            Spans = [new TextSpan(0, 4, "menu"), new TextSpan(16, 4, "line"), new TextSpan(39, 4, "more")],
        };

        Document actual = _datatrove.Apply(document, new float[_datatrove.Measures.Count]).Document;

        Assert.Equal("This  line stays.\nOne more of them.", actual.Text);
        Assert.Equal(
            ["line=line", "more=more"],
            actual.Spans.Select(span => $"{span.Label}={actual.Text.Substring(span.Start, span.Length)}"));
    }

    [Fact]
    public void Apply_KeepsChineseLines_WithLineEndsOfAllScripts()
    {
        const string Text = "首页 新闻\n今天天气很好。\n他说：“我们走吧。”\n关于我们";

        new C4Stage(new C4Options { LineEnds = LineEnds.AllScripts }).Measure(Text, out StageResult all);
        _datatrove.Measure(Text, out StageResult latin);

        Assert.Equal("今天天气很好。\n他说：“我们走吧。”", all.Document.Text);
        Assert.Equal("", latin.Document.Text);
    }

    [Fact]
    public void Apply_KeepsLinesWithoutMarks_IfNoneIsRequired()
    {
        var stage = new C4Stage(new C4Options { RequiresLineEnds = false });

        stage.Measure("no mark ends this\ntwo words", out StageResult result);

        Assert.Equal("no mark ends this", result.Document.Text);
    }

    [Theory]
    [InlineData("Scunthorpe is a town.", 0)]
    [InlineData("What the HELL is this, hell no!", 2)]
    [InlineData("two girls, one hellish place", 0)]
    public void BadWords_MatchWholeWords(string text, float expected)
    {
        var stage = new BadWordsStage(new BadWordsOptions { Words = ["hell", "cunt", ""] }.Validated());

        Assert.Equal(expected, stage.Measure(text)["bad-words"]);
    }

    [Fact]
    public void BadWords_MatchAnywhere_AndNameTheFirst()
    {
        var options = new BadWordsOptions { Words = ["傻瓜", "性", "笨蛋"], Matching = WordMatching.Anywhere };

        float value = new BadWordsStage(options.Validated())
            .Measure("性别不重要，你这个笨蛋傻瓜。", out StageResult result)["bad-words"];

        Assert.Equal(2, value);
        Assert.Equal("笨蛋", result.Note);
    }

    [Fact]
    public void BadWords_SearchOneLanguage_AndKeepAFraction()
    {
        var options = new BadWordsOptions { Words = ["hell"], Language = "en", KeepFraction = 0.25 };
        var stage = new BadWordsStage(options.Validated());
        Document german = new Document("id", "hell") with { Metadata = Document.NoMetadata.Add("language", "de") };
        var values = new float[1];

        stage.Apply(german, values);
        int kept = Enumerable.Range(0, 4000).Count(i =>
        {
            var value = new float[1];
            stage.Apply(new Document("id", "hell") with { Source = new DocumentSource("f", i, 0) }, value);
            return float.IsNaN(value[0]);
        });

        Assert.Equal(float.NaN, values[0]);
        Assert.InRange(kept, 1000 - 110, 1000 + 110); // four standard deviations of a binomial
    }

    [Fact]
    public void BadWords_RefuseAnEmptyList()
    {
        var exception = Assert.Throws<OptionsException>(() => new BadWordsOptions { Words = ["性"] }.Validated());

        Assert.Contains("Words is 0", exception.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(int count)
    {
        string[] lines =
        [
            "", "  ", "A sentence of words.", "  Indented, and with spaces behind!  ", "no mark here at all",
            "Two words.", "It trails off here...", "Enable JavaScript to see this.", "Lorem ipsum dolor sit amet.",
            "A {bracket} is in here.", "if (x) {", "We use cookies on this site.", "See our Privacy Policy.",
            "Cited here.[12]", "[1] Cited before it.", "Cited [edit] in [citation needed] here [x].",
            "He said \"stop it now\"", "It's the dogs'", new string('x', 1001) + " is too long.",
            new string('y', 1000) + " is just right.", "a b c [ d.", "What is this?",
        ];
        var random = new CounterRandom(3);
        for (int i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            int length = 1 + random.NextInt32(8);
            for (int k = 0; k < length; k++)
            {
                text.Append(k == 0 ? "" : "\n").Append(lines[random.NextInt32(lines.Length)]);
            }

            yield return text.ToString();
        }
    }
}
