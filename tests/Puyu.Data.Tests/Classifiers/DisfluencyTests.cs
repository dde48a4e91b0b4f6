using Puyu.Data.Classifiers;

namespace Puyu.Data.Tests.Classifiers;

public class DisfluencyTests
{
    private static readonly string[] _texts = [.. Enumerable.Range(0, 400).Select(i =>
        $"The house number {i} stood at the end of the street and nobody had lived in it for years. 第{i}号房子在街的尽头没有人住。")];

    [Fact]
    public void Make_DamagesHalfOfTheTexts_AndLeavesTheOthers()
    {
        IReadOnlyList<LabeledText> made = Disfluency.Make(_texts, seed: 1);

        Assert.InRange(made.Count(text => text.IsPositive), 140, 260); // six standard deviations of 400 draws
        Assert.All(made.Zip(_texts), pair => Assert.Equal(pair.First.IsPositive, pair.First.Text != pair.Second));
    }

    [Fact]
    public void Make_CutsLongTexts_AndLeavesOutShortOnes()
    {
        IReadOnlyList<LabeledText> made =
            Disfluency.Make(["short", new string('a', 400) + new string('b', 400) + new string('c', 99)], seed: 3);

        Assert.Equal(2, made.Count);
    }

    [Fact]
    public void Make_DependsOnTextAndSeedAlone()
    {
        IReadOnlyList<LabeledText> made = Disfluency.Make(_texts, seed: 1);

        Assert.Equal(made.Reverse(), Disfluency.Make(_texts.Reverse(), seed: 1));
        Assert.NotEqual(made, Disfluency.Make(_texts, seed: 2));
    }
}
