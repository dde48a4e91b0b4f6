using Puyu.Abstractions;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;

namespace Puyu.Data.Tests.Rules;

public class GopherQualityTests
{
    private static readonly GopherQualityStage _datatrove = new(new GopherQualityOptions());
    private static readonly GopherQualityStage _dolma =
        new(new GopherQualityOptions { Semantics = RuleSemantics.Dolma });

    private static readonly FineWebStage _fineWeb = new(new FineWebOptions { LineEnds = LineEnds.Latin });

    [Fact]
    public void Apply_MatchesReference_OnTextsOfFewWords()
    {
        Assert.All(SampleTexts.Random(400), CompareAll);
    }

    [DataTheory]
    [InlineData("war_and_peace_utf8.txt")]
    [InlineData("红楼梦.txt")]
    public void Apply_MatchesReference_OnBooks(string file)
    {
        Assert.All(SampleTexts.Pieces(file, 20_000).Take(40), CompareAll);
    }

    [Fact]
    public void Apply_MeasuresNoLengthOfWords_OnChinese()
    {
        Dictionary<string, float> values = _datatrove.Measure("这是一个中文的句子，没有空格。");

        Assert.Equal(13, values["words"]);
        Assert.Equal(float.NaN, values["mean-word-length"]);
        Assert.Equal(float.NaN, values["stop-words"]);
    }

    [Fact]
    public void Apply_CountsTheStopWordsOfTheOptions()
    {
        var stage = new GopherQualityStage(new GopherQualityOptions { StopWords = ["und", "der"] }.Validated());

        Assert.Equal(2, stage.Measure("der Hund und der Kater the")["stop-words"]);
        Assert.Equal(3, new GopherQualityStage(
            new GopherQualityOptions { StopWords = ["und", "der"], Semantics = RuleSemantics.Dolma })
            .Measure("der Hund und der Kater the")["stop-words"]);
    }

    [Fact]
    public void Validated_NamesTheEmptyList()
    {
        var exception = Assert.Throws<OptionsException>(() => new GopherQualityOptions { StopWords = [] }.Validated());

        Assert.Contains("StopWords is 0", exception.Message, StringComparison.Ordinal);
    }

    private static void CompareAll(string text)
    {
        Compare(QualityReference.AsDatatrove(text), _datatrove, text);
        Compare(QualityReference.AsDolma(text), _dolma, text);
        Compare(QualityReference.FineWeb(text), _fineWeb, text);
    }

    private static void Compare(float[] expected, IStage stage, string text)
    {
        var actual = new float[stage.Measures.Count];
        stage.Apply(new Document("id", text), actual);
        Assert.Equal(expected, actual);
    }
}
