using Puyu.Data.Classifiers;

namespace Puyu.Data.Tests.Classifiers;

public class ClassifierStageTests
{
    private static readonly LinearClassifier _classifier = Train(higherIsBetter: false);

    [Fact]
    public void Apply_JudgesByTheWorstWindow()
    {
        string clean = string.Concat(Enumerable.Repeat("good fine nice. ", 50));
        string text = clean + string.Concat(Enumerable.Repeat("evil bad ", 12)) + clean;
        var windows = new ClassifierStage(_classifier, new ClassifierStageOptions { Model = "m", WindowCharacters = 50 });
        var whole = new ClassifierStage(_classifier, new ClassifierStageOptions { Model = "m", WindowCharacters = 0 });

        (float inWindows, string? note) = Apply(windows, text);
        (float inWhole, _) = Apply(whole, text);

        Assert.True(inWindows > inWhole, $"{inWindows} in windows, {inWhole} as a whole");
        Assert.False(windows.Measures[0].Admits(inWindows));
        Assert.True(whole.Measures[0].Admits(inWhole));
        Assert.Contains("evil", note, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_KeepsTheScoreWithItsPolarity()
    {
        var stage = new ClassifierStage(Train(higherIsBetter: true), new ClassifierStageOptions { Model = "m" });
        var document = new Document("1", "evil evil evil");
        float[] values = new float[1];

        Document scored = stage.Apply(document, values).Document;

        Assert.Equal(new Score("virtue", values[0], HigherIsBetter: true), Assert.Single(scored.Scores));
        Assert.False(stage.Measures[0].Admits(values[0]));
        Assert.NotNull(stage.Measures[0].Min);
    }

    [Fact]
    public void Apply_MeasuresNothing_WithoutText()
    {
        (float value, _) = Apply(new ClassifierStage(_classifier, new ClassifierStageOptions { Model = "m" }), "");

        Assert.True(float.IsNaN(value));
    }

    private static (float Value, string? Note) Apply(ClassifierStage stage, string text)
    {
        float[] values = new float[1];
        string? note = stage.Apply(new Document("1", text), values).Note;
        return (values[0], note);
    }

    private static LinearClassifier Train(bool higherIsBetter) => ClassifierTrainer.Train(
        [
            .. Enumerable.Range(0, 400).Select(i => new LabeledText($"evil bad {i}", true)),
            .. Enumerable.Range(0, 400).Select(i => new LabeledText($"good fine nice {i}", false)),
        ],
        new ClassifierTrainingOptions
        {
            ScoreName = "virtue",
            HigherIsBetter = higherIsBetter,
            Features = new FeatureOptions { BucketBits = 14 },
        });
}
