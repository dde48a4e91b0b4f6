using Puyu.Abstractions;
using Puyu.Data.Pipeline;
using Puyu.Data.Tests.Rules;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Text;

public class NormalizeStageTests
{
    private static readonly NormalizeStage _stage = new(new NormalizeOptions().Validated());

    [Theory]
    [InlineData("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour")]
    [InlineData("trailing  \nspace\t \n", "trailing\nspace")]
    [InlineData("\n\n  begins", "begins")]
    [InlineData("a\n\n\n\n\nb", "a\n\n\nb")]
    [InlineData("a \n \n \n \n b", "a\n\n\n b")]
    [InlineData("two  spaces, a\ttab", "two spaces, a\ttab")]
    [InlineData("line\n    indented\u00A0by four", "line\n    indented by four")]
    [InlineData("第一段\n\u3000\u3000第二段", "第一段\n  第二段")]
    [InlineData("zero\u200Bwidth\uFEFF and soft\u00ADhyphen", "zerowidth and softhyphen")]
    [InlineData("bell\u0007 and \u0085next", "bell and\nnext")]
    [InlineData("می\u200Cخواهم and a\u200Cb", "می\u200Cخواهم and ab")]
    [InlineData("e\u0301te\u0301", "été")]
    [InlineData("ＡＢＣ，１２３", "ＡＢＣ，１２３")]
    [InlineData(" \n\t ", "")]
    public void Apply_BringsTextIntoForm(string text, string expected)
    {
        _stage.Measure(text, out StageResult result);

        Assert.Equal(expected, result.Document.Text);
    }

    [Fact]
    public void Apply_ChangesAlike_WhetherUnitByUnitOrInBlocks()
    {
        string[] pieces =
        [
            "a", "b", "中", " ", "\t", "\n", "\r\n", "\u00A0", "\u3000", "\u2028", "\u0007", "\u200B", "é", "Ａ",
            "\u200D",
        ];
        var random = new CounterRandom(5);
        Assert.All(Enumerable.Range(0, 2000), i =>
        {
            string inner = SampleTexts.Draw(ref random, pieces, i % 14);
            string padding = new('x', 20 + (i % 50));

            _stage.Measure($"x{inner}x", out StageResult unitByUnit);
            _stage.Measure(padding + inner + padding, out StageResult inBlocks);

            Assert.Equal(padding[1..] + unitByUnit.Document.Text + padding[1..], inBlocks.Document.Text);
        });
    }

    [Fact]
    public void Apply_ReplacesHalfASurrogatePair()
    {
        _stage.Measure("half \uD83D, other \uDE00 and whole \uD83D\uDE00", out StageResult result);

        Assert.Equal("half \uFFFD, other \uFFFD and whole \uD83D\uDE00", result.Document.Text);
    }

    [Theory]
    [InlineData(FullWidthForms.LettersAndDigits, "ABC，123！")]
    [InlineData(FullWidthForms.All, "ABC,123!")]
    public void Apply_ChangesFullWidthForms(FullWidthForms forms, string expected)
    {
        var stage = new NormalizeStage(new NormalizeOptions { FullWidth = forms });

        Dictionary<string, float> values = stage.Measure("ＡＢＣ，１２３！", out StageResult result);

        Assert.Equal(expected, result.Document.Text);
        Assert.Equal(forms == FullWidthForms.All ? 8 : 6, values["full-width-forms"]);
    }

    [Fact]
    public void Apply_KeepsSpacesInARow_AndNoEmptyLines_IfToldSo()
    {
        var stage = new NormalizeStage(new NormalizeOptions { CollapsesSpaces = false, MaxEmptyLines = 0 }.Validated());

        stage.Measure("a   b\n\nc", out StageResult result);

        Assert.Equal("a   b\nc", result.Document.Text);
    }

    [Fact]
    public void Apply_CountsWhatItChanged()
    {
        Dictionary<string, float> values = _stage.Measure("a\r\nb  c \0\u200B\uFFFD e\u0301\r\n\r\nd");

        Assert.Equal(
            [0, 1, 1, 1, 3, 1, 0, 1],
            _stage.Measures.Select(measure => values[measure.Name]));
    }

    [Theory]
    [InlineData("donâ€™t", 1)]
    [InlineData("CafÃ© and Â£5", 2)]
    [InlineData("锟斤拷锟斤拷", 2)]
    [InlineData("naïve Ângström — “fine”", 0)]
    [InlineData("普通的中文文本。", 0)]
    public void Apply_CountsMojibake(string text, float expected)
    {
        Assert.Equal(expected, _stage.Measure(text)["mojibake"]);
    }

    [Fact]
    public void Apply_IsIdempotent_AndPassesTheInstanceOn()
    {
        Assert.All(SampleTexts.Random(300), text =>
        {
            Document once = _stage.Apply(new Document("id", text), new float[8]).Document;

            var values = new float[8];
            Document twice = _stage.Apply(once, values).Document;

            Assert.Same(once, twice);
            Assert.All(values, value => Assert.Equal(0, value));
        });
    }

    [DataFact]
    public void Apply_ChangesNothingVisible_InABook()
    {
        string text = File.ReadAllText(TestData.File("corpora", "红楼梦.txt"));

        Document actual = _stage.Apply(new Document("id", text), new float[8]).Document;

        Assert.Equal(Visible(text), Visible(actual.Text));
        Assert.DoesNotContain('\r', actual.Text);
    }

    [Fact]
    public void Apply_MovesSpans()
    {
        var document = new Document("id", "a  \r\nbcd\u200Be f") { Spans = [new TextSpan(5, 5, "word")] };

        Document actual = _stage.Apply(document, new float[8]).Document;

        Assert.Equal("a\nbcde f", actual.Text);
        Assert.Equal(new TextSpan(2, 4, "word"), Assert.Single(actual.Spans));
    }

    [Fact]
    public void Validated_NamesTheNegativeCount()
    {
        var exception = Assert.Throws<OptionsException>(() => new NormalizeOptions { MaxEmptyLines = -1 }.Validated());

        Assert.Contains("MaxEmptyLines is -1", exception.Message, StringComparison.Ordinal);
    }

    private static string Visible(string text) =>
        string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != '\uFEFF')).Normalize();
}
