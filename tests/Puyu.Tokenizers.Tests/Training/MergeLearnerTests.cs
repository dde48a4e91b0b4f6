using Puyu.Abstractions;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Training;

public class MergeLearnerTests
{
    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(2, 3, 2)]
    [InlineData(4, 1, 3)]
    [InlineData(20, 2, 4)]
    public void Learn_MatchesReference_OnRandomWords(int symbols, long minFrequency, ulong seed)
    {
        List<(List<int> Symbols, long Weight)> words = RandomWords(symbols, count: 300, seed);
        var limits = new MergeLimits(minFrequency, int.MaxValue);

        List<(int Left, int Right)> expected = MergeLearnerReference.Learn(words, symbols, limits, 400);
        List<(int Left, int Right)> actual = new MergeLearner(ToCorpus(words), symbols, limits).Learn(400, null);

        Assert.NotEmpty(actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Learn_MatchesReference_WithLimitedTokens()
    {
        List<(List<int> Symbols, long Weight)> words = RandomWords(symbols: 3, count: 200, seed: 5);
        var limits = new MergeLimits(1, MaxSpan: 3);

        List<(int Left, int Right)> expected = MergeLearnerReference.Learn(words, 3, limits, 400);

        Assert.InRange(expected.Count, 10, 36);
        Assert.Equal(expected, new MergeLearner(ToCorpus(words), 3, limits).Learn(400, null));
    }

    [Fact]
    public void Learn_TakesTheSmallerPair_OfThoseThatOccurEquallyOften()
    {
        MergeCorpus corpus = ToCorpus([([2, 1], 5), ([1, 0], 5), ([1, 2], 5)]);

        Assert.Equal([(1, 0), (1, 2), (2, 1)], new MergeLearner(corpus, 3, new MergeLimits(1, 99)).Learn(3, null));
    }

    [Fact]
    public void Learn_MergesRunsOfOneSymbolFromTheLeft()
    {
        MergeCorpus corpus = ToCorpus([([0, 0, 0, 0, 0], 1)]);

        Assert.Equal([(0, 0), (1, 0), (1, 2)], new MergeLearner(corpus, 1, new MergeLimits(1, 99)).Learn(9, null));
    }

    internal static MergeCorpus ToCorpus(List<(List<int> Symbols, long Weight)> words)
    {
        var corpus = new MergeCorpus(symbols: 1, words: 1);
        foreach ((List<int> symbols, long weight) in words)
        {
            symbols.ForEach(corpus.Append);
            corpus.EndWord(weight);
        }

        return corpus;
    }

    private static List<(List<int> Symbols, long Weight)> RandomWords(int symbols, int count, ulong seed)
    {
        var random = new CounterRandom(seed);
        var words = new List<(List<int>, long)>();
        for (int i = 0; i < count; i++)
        {
            var word = new List<int>();
            for (int length = 1 + random.NextInt32(12); length > 0; length--)
            {
                word.Add(random.NextInt32(symbols));
            }

            words.Add((word, 1 + random.NextInt32(20)));
        }

        return words;
    }
}
