using Puyu.Abstractions;
using Puyu.Data.Perplexity;

namespace Puyu.Data.Tests.Perplexity;

public class NgramModelTests
{
    private static readonly string[] _words = ["a", "b", "c", "d", "e", "f"];
    private static readonly string[] _lines = Draw(400, seed: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Probabilities_SumToOne(int order)
    {
        NgramModel model = NgramTrainer.Train(_lines, new NgramTrainingOptions { Order = order, MinCount = 1 });
        ulong[] vocabulary = [.. _words.Select(Unit), NgramKeys.End, NgramKeys.Unknown];
        ulong[][] contexts =
        [
            [NgramKeys.Begin], [NgramKeys.Begin, Unit("a")], [NgramKeys.Begin, Unit("b"), Unit("a"), Unit("c")],
            [NgramKeys.Begin, NgramKeys.Unknown, Unit("d")],
        ];

        foreach (ulong[] context in contexts)
        {
            double before = model.LogProbability([.. context]);
            double sum = vocabulary.Sum(unit => Math.Exp(model.LogProbability([.. context, unit]) - before));

            // Half a step of the logarithm of p, and of each γ, of which there are at most order − 1.
            double bound = (NgramModel.ProbabilityStep / 2) + ((order - 1) * NgramModel.BackoffStep / 2);
            Assert.InRange(Math.Log(sum), -bound, bound);
        }
    }

    [Fact]
    public void Bigrams_AreThoseOfTheEquations()
    {
        NgramModel model = NgramTrainer.Train(
            ["a b", "a b", "a c"], new NgramTrainingOptions { Order = 2, MinCount = 1 });

        // Pairs: ^a 3, ab 2, b$ 2, ac 1, c$ 1; so n = 2, 2, 1, 0 and Y = 1/3.
        double discount1 = 1 - (2 / 3.0 * 2 / 2);
        double discount2 = 2 - (3 / 3.0 * 1 / 2);

        // Different units before: a 1, b 1, c 1, $ 2; so n = 3, 1, 0, 0 and Y = 3/5. D(2) is then 2, which is refused
        // for half of a count. There are 5 units, with the unknown.
        double discount = 1 - (2 * 0.6 * 1 / 3);
        double b = ((1 - discount) / 5) + (((3 * discount) + 0.5) / 5 / 5);
        double expected = ((2 - discount2) / 3) + ((discount1 + discount2) / 3 * b);

        double found = model.LogProbability([NgramKeys.Begin, Unit("a"), Unit("b")])
            - model.LogProbability([NgramKeys.Begin, Unit("a")]);
        Assert.Equal(Math.Log(expected), found, NgramModel.ProbabilityStep / 2);
    }

    [Fact]
    public void Perplexity_IsLowerForWhatIsLikeTheTrainingText()
    {
        NgramModel model = NgramTrainer.Train(_lines, new NgramTrainingOptions { Order = 3, MinCount = 1 });
        string like = string.Join('\n', Draw(100, seed: 2));
        string shuffled = string.Join('\n', Draw(100, seed: 2).Select(
            line => string.Join(' ', line.Split(' ').OrderBy(word => word, StringComparer.Ordinal))));

        Assert.True(model.Perplexity(like) < 3.5, $"{model.Perplexity(like)}"); // about two continuations a word
        Assert.True(model.Perplexity(shuffled) > 1.5 * model.Perplexity(like), $"{model.Perplexity(shuffled)}");
        Assert.True(double.IsNaN(model.Perplexity(" \n ")));
    }

    [Fact]
    public void Load_ReadsWhatSaveWrote()
    {
        using var folder = new TemporaryFolder();
        NgramModel saved = NgramTrainer.Train(_lines, new NgramTrainingOptions { Order = 3 });
        saved.Save(folder.File("a"));
        NgramTrainer.Train(_lines, new NgramTrainingOptions { Order = 3 }).Save(folder.File("b"));

        NgramModel loaded = NgramModel.Load(folder.File("a"));

        Assert.Equal(saved.Perplexity("a b c d z"), loaded.Perplexity("a b c d z"));
        Assert.Equal((saved.Order, saved.VocabularySize), (loaded.Order, loaded.VocabularySize));
        Assert.Equal(File.ReadAllBytes(folder.File("a")), File.ReadAllBytes(folder.File("b")));
    }

    [Fact]
    public void Stage_ChoosesTheModelByLanguage()
    {
        using var folder = new TemporaryFolder();
        NgramTrainer.Train(_lines, new NgramTrainingOptions { Order = 3 }).Save(folder.File("en"));
        var stage = new PerplexityStage(new PerplexityStageOptions
        {
            Models = new Dictionary<string, string> { ["en"] = folder.File("en") },
        });
        var document = new Document("1", _lines[0]);
        float[] values = new float[1];

        stage.Apply(document with { Metadata = document.Metadata.Add("language", "de") }, values);
        Assert.True(float.IsNaN(values[0]));

        Document scored =
            stage.Apply(document with { Metadata = document.Metadata.Add("language", "en") }, values).Document;
        Assert.Equal(new Score("perplexity", values[0], HigherIsBetter: false), Assert.Single(scored.Scores));
        Assert.InRange(values[0], 1, 10);
    }

    [DataFact]
    public void LongerSequences_PredictBetter()
    {
        string[] lines = File.ReadAllLines(TestData.File("corpora", "wikitext2_test.txt"));
        string other = File.ReadAllText(TestData.File("corpora", "wikitext2_valid.txt"));

        double[] perplexities = [.. Enumerable.Range(1, 3).Select(order =>
            NgramTrainer.Train(lines, new NgramTrainingOptions { Order = order }).Perplexity(other))];

        Assert.True(perplexities[0] > 2 * perplexities[1], $"{perplexities[0]} and {perplexities[1]}");
        Assert.True(perplexities[1] > perplexities[2], $"{perplexities[1]} and {perplexities[2]}");
    }

    private static ulong Unit(string word)
    {
        var units = new List<ulong>();
        TextUnits.Hash(word, units);
        return units.Single();
    }

    /// <summary>Lines in which each word is followed by one of two.</summary>
    private static string[] Draw(int count, ulong seed)
    {
        var random = new CounterRandom(seed);
        var lines = new string[count];
        for (int i = 0; i < count; i++)
        {
            int word = random.NextInt32(_words.Length);
            var line = new List<string>();
            for (int length = 5 + random.NextInt32(10); length > 0; length--)
            {
                line.Add(_words[word]);
                word = (word + 1 + random.NextInt32(2)) % _words.Length;
            }

            lines[i] = string.Join(' ', line);
        }

        return lines;
    }
}
