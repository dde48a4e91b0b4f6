using Puyu.Abstractions;
using Puyu.Data.Languages;

namespace Puyu.Data.Tests.Languages;

public class LanguageStageTests
{
    private const string English = "The council will decide next week whether the old school can stay open.";
    private const string German = "Der Rat wird nächste Woche entscheiden, ob die alte Schule offen bleiben kann.";

    [Theory]
    [InlineData(English, "en", true)]
    [InlineData(German, "de", false)]
    public void Apply_NamesTheLanguage_AndKeepsTheWanted(string text, string language, bool stays)
    {
        var stage = new LanguageStage(new LanguageStageOptions { Keep = ["en", "zh-hans"] });
        float[] values = new float[3];

        Document named = stage.Apply(new Document("1", text), values).Document;

        Assert.Equal(language, named.Metadata[LanguageStage.Metadata]);
        Assert.Equal(stays, stage.Measures[0].Admits(values[0]));
        Assert.Equal(new Score("language", values[1], HigherIsBetter: true), Assert.Single(named.Scores));
        Assert.True(float.IsNaN(values[2]));
    }

    [Fact]
    public void Apply_MarksParagraphsInOtherLanguages()
    {
        var stage = new LanguageStage(new LanguageStageOptions { Paragraphs = true });
        float[] values = new float[3];
        string text = $"{English}\n{German}\n{English} {English}";

        Document marked = stage.Apply(new Document("1", text), values).Document;

        Assert.Equal(new TextSpan(English.Length + 1, German.Length, "de"), Assert.Single(marked.Spans));
        Assert.Equal(1 - ((float)German.Length / (text.Length - 2)), values[2], 1e-3f);
    }

    [Fact]
    public void Constructor_NamesALanguageThatItDoesNotKnow()
    {
        var problem = Assert.Throws<OptionsException>(
            () => new LanguageStage(new LanguageStageOptions { Keep = ["zh"] }));

        Assert.Contains("Keep names zh but must name languages of the model: ar, bg", problem.Message, StringComparison.Ordinal);
    }
}
