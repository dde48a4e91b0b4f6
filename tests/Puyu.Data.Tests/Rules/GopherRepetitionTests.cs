using Puyu.Data.Rules;

namespace Puyu.Data.Tests.Rules;

public class GopherRepetitionTests
{
    private static readonly GopherRepetitionStage _datatrove = new(new GopherRepetitionOptions());
    private static readonly GopherRepetitionStage _dolma =
        new(new GopherRepetitionOptions { Semantics = RuleSemantics.Dolma });

    [Fact]
    public void Apply_MatchesReference_OnTextsOfFewWords()
    {
        Assert.All(SampleTexts.Random(400), CompareBoth);
    }

    [DataTheory]
    [InlineData("war_and_peace_utf8.txt", 40_000)]
    [InlineData("war_and_peace_utf8.txt", 3_000)]
    [InlineData("红楼梦.txt", 5_000)]
    public void Apply_MatchesReference_OnBooks(string file, int length)
    {
        Assert.All(SampleTexts.Pieces(file, length).Take(60).Where((_, i) => i % 3 == 0), CompareBoth);
    }

    [Fact]
    public void Apply_CountsTheFirstOccurrence_InDolmaOnly()
    {
        const string Text = "one line\none line\nanother one\n";

        Assert.Equal(0.25f, _datatrove.Measure(Text)["duplicate-lines"]);
        Assert.Equal(0.5f, _dolma.Measure(Text)["duplicate-lines"]);
    }

    private static void CompareBoth(string text)
    {
        var actual = new float[_datatrove.Measures.Count];
        _datatrove.Apply(new Document("id", text), actual);
        Assert.Equal(text.Length == 0 ? EmptyDatatrove() : RepetitionReference.AsDatatrove(text), actual);

        actual = new float[_dolma.Measures.Count];
        _dolma.Apply(new Document("id", text), actual);
        Assert.Equal(RepetitionReference.AsDolma(text), actual);
    }

    private static float[] EmptyDatatrove() => [0, float.NaN, 0, float.NaN, .. Enumerable.Repeat(float.NaN, 9)];
}
