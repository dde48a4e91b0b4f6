using Puyu.Abstractions;
using Puyu.Data.Classifiers;

namespace Puyu.Data.Tests.Classifiers;

public class ClassifierTrainerTests
{
    private static readonly ClassifierTrainingOptions _options = new()
    {
        ScoreName = "smell",
        Features = new FeatureOptions { BucketBits = 14 },
    };

    [Fact]
    public void Train_TellsTheKindsApart_AndSaysHowWell()
    {
        LinearClassifier classifier = ClassifierTrainer.Train(Draw(2000, noise: 0), _options);

        Assert.True(classifier.Report.Auc > 0.99, $"AUC is {classifier.Report.Auc}");
        Assert.True(classifier.Report.Precision >= 0.85, $"precision is {classifier.Report.Precision}");
        Assert.True(classifier.Score("rotten stinking cheese") > classifier.Score("fresh lovely roses"));
        Assert.Equal(2000, classifier.Report.TrainedOn + classifier.Report.CalibratedOn + classifier.Report.TestedOn);
    }

    [Fact]
    public void Train_GivesTheSameBytes_WhateverTheOrder()
    {
        using var folder = new TemporaryFolder();
        LabeledText[] texts = Draw(2000, noise: 0.02f);
        ClassifierTrainer.Train(texts, _options).Save(folder.File("a"));
        new CounterRandom(9).Shuffle<LabeledText>(texts);
        ClassifierTrainer.Train(texts, _options).Save(folder.File("b"));

        Assert.Equal(File.ReadAllBytes(folder.File("a")), File.ReadAllBytes(folder.File("b")));
    }

    [Fact]
    public void Load_ReadsWhatSaveWrote()
    {
        using var folder = new TemporaryFolder();
        LinearClassifier saved =
            ClassifierTrainer.Train(Draw(2000, noise: 0.02f), _options with { HigherIsBetter = true });
        saved.Save(folder.File("a"));

        LinearClassifier loaded = LinearClassifier.Load(folder.File("a"));

        Assert.Equal(saved.Report, loaded.Report);
        Assert.Equal((saved.ScoreName, true, saved.Threshold), (loaded.ScoreName, loaded.HigherIsBetter, loaded.Threshold));
        Assert.Equal(saved.Score("rotten roses"), loaded.Score("rotten roses"));
        Assert.Equal(1, loaded.Score("rotten") + loaded.Probability("rotten"), 1e-6f);
    }

    [Fact]
    public void Load_RefusesADamagedFile()
    {
        using var folder = new TemporaryFolder();
        ClassifierTrainer.Train(Draw(600, noise: 0), _options).Save(folder.File("a"));
        byte[] good = File.ReadAllBytes(folder.File("a"));
        var random = new CounterRandom(4);
        for (int i = 0; i < 50; i++)
        {
            byte[] bad = Damage.Apply(good, ref random);
            File.WriteAllBytes(folder.File("b"), bad);
            if (!bad.AsSpan().SequenceEqual(good))
            {
                Assert.Throws<InvalidDataException>(() => LinearClassifier.Load(folder.File("b")));
            }
        }
    }

    [Fact]
    public void Probabilities_AreCalibrated()
    {
        // A quarter of the labels is wrong: of what looks positive, 75 % is.
        LabeledText[] texts = Draw(8000, noise: 0.25f);
        LinearClassifier classifier = ClassifierTrainer.Train(texts, _options with { TargetPrecision = 0.6f });

        LabeledText[] fresh = Draw(4000, noise: 0.25f, seed: 2);
        double[] likely = [.. fresh.Where(text => classifier.Probability(text.Text) > 0.6)
            .Select(text => text.IsPositive ? 1.0 : 0)];
        double predicted = fresh.Select(text => (double)classifier.Probability(text.Text)).Where(p => p > 0.6).Average();

        // Three standard errors of a share of about 1,900 texts are 0.03; as much again for the fit to 800 texts.
        Assert.InRange(predicted - likely.Average(), -0.06, 0.06);
    }

    [Fact]
    public void Train_NamesThePrecision_ThatIsOutOfReach()
    {
        var problem = Assert.Throws<OptionsException>(
            () => ClassifierTrainer.Train(Draw(2000, noise: 0.5f), _options with { TargetPrecision = 0.99f }));

        Assert.Contains("TargetPrecision is 0.99 but no threshold reaches more than", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_AsksForTextsOfBothKinds()
    {
        LabeledText[] positives = [.. Draw(600, noise: 0).Where(text => text.IsPositive)];

        var problem = Assert.Throws<ArgumentException>(() => ClassifierTrainer.Train(positives, _options));
        Assert.Contains("0 negative texts but needs 10 of each", problem.Message, StringComparison.Ordinal);
    }

    [DataFact]
    public void Toxicity_OfTweets_IsFound()
    {
        IReadOnlyList<LabeledText> texts = LabeledFile.Read(
            TestData.File("safety", "davidson_labeled.csv"),
            new LabeledFileOptions { Text = "tweet", Label = "class", Positive = ["0", "1"] });

        ClassifierReport report =
            ClassifierTrainer.Train(texts, new ClassifierTrainingOptions { ScoreName = "toxicity" }).Report;

        Assert.True(report.Auc >= 0.93, $"AUC is {report.Auc}");
        Assert.True(report.Precision >= 0.88, $"precision is {report.Precision}");
    }

    [DataFact]
    public void Toxicity_InChinese_IsFound()
    {
        var columns = new LabeledFileOptions { Text = "TEXT" };
        LinearClassifier classifier = ClassifierTrainer.Train(
            LabeledFile.Read(TestData.File("safety", "cold_train.csv"), columns),
            new ClassifierTrainingOptions { ScoreName = "toxicity" });

        ClassifierReport report = ClassifierTrainer.Measure(
            classifier, LabeledFile.Read(TestData.File("safety", "cold_test.csv"), columns));

        Assert.True(report.Auc >= 0.85, $"AUC is {report.Auc}");
    }

    [DataFact]
    public void Advertising_InMessages_IsFound()
    {
        IReadOnlyList<LabeledText> texts = LabeledFile.Read(
            TestData.File("safety", "sms_spam.tsv"),
            new LabeledFileOptions { Text = "2", Label = "1", Positive = ["spam"] });

        ClassifierReport report =
            ClassifierTrainer.Train(texts, new ClassifierTrainingOptions { ScoreName = "advertising" }).Report;

        Assert.True(report.Auc >= 0.97, $"AUC is {report.Auc}");
    }

    [DataFact]
    public void Disfluency_IsFound()
    {
        IEnumerable<string> paragraphs = File
            .ReadLines(TestData.File("corpora", "wikitext2_valid.txt"))
            .Concat(File.ReadLines(TestData.File("corpora", "wikitext2_test.txt")));

        ClassifierReport report = ClassifierTrainer.Train(
            Disfluency.Make(paragraphs, seed: 1),
            new ClassifierTrainingOptions { ScoreName = "fluency", HigherIsBetter = true }).Report;

        Assert.True(report.Auc >= 0.8, $"AUC is {report.Auc}");
    }

    /// <summary>Three words of one of two pools; some labels are wrong.</summary>
    private static LabeledText[] Draw(int count, float noise, ulong seed = 1)
    {
        string[] bad = ["rotten", "stinking", "foul", "mouldy", "rank", "putrid"];
        string[] good = ["fresh", "lovely", "sweet", "clean", "bright", "airy"];
        var random = new CounterRandom(seed);
        var texts = new LabeledText[count];
        for (int i = 0; i < count; i++)
        {
            bool isPositive = random.NextInt32(2) == 1;
            string[] pool = isPositive ? bad : good;
            string text = string.Join(' ', pool[random.NextInt32(6)], pool[random.NextInt32(6)], $"n{seed}x{i}");
            texts[i] = new LabeledText(text, isPositive != random.NextSingle() < noise);
        }

        return texts;
    }
}
