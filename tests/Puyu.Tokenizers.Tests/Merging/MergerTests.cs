using Puyu.Abstractions;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Tests.Merging;

public class MergerTests
{
    private const int Symbols = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void Merge_DoesTheLowestRankFirst_ThenTheLeftmost(int length)
    {
        var random = new CounterRandom(seed: 2, stream: (ulong)length);
        for (int round = 0; round < 200; round++)
        {
            MergeTable merges = RandomMerges(ref random);
            var merger = new Merger(merges);
            int[] symbols = new int[length];
            for (int i = 0; i < length; i++)
            {
                symbols[i] = random.NextInt32(Symbols);
            }

            List<int> expected = MergeByDefinition([.. symbols], merges);
            int count = merger.Merge(symbols);

            Assert.Equal(expected, symbols[..count]);
        }
    }

    [Fact]
    public void Merge_TakesSecondsForAMillionSymbols_NotDays()
    {
        var merges = new MergeTable();
        merges.TryAdd(0, 0, 0, 1);
        merges.TryAdd(1, 1, 1, 2);
        merges.TryAdd(2, 2, 2, 3);

        int count = new Merger(merges).Merge(new int[1_000_000]);

        Assert.Equal(125_000, count);
    }

    [Fact]
    public void Rank_FindsEveryPair_AfterTheTableGrew()
    {
        var merges = new MergeTable();
        for (int i = 0; i < 5000; i++)
        {
            Assert.True(merges.TryAdd(i, i * 7, i, i + 1));
        }

        Assert.False(merges.TryAdd(3, 21, 0, 0));
        Assert.Equal(5000, merges.Count);
        Assert.All(Enumerable.Range(0, 5000), i => Assert.Equal(
            (i, i + 1), (merges.Rank(i, i * 7, out int merged), merged)));
        Assert.Equal(MergeTable.NoRank, merges.Rank(3, 22, out _));
    }

    /// <summary>Pairs over a growing alphabet; some ranks are equal, as equal scores are.</summary>
    private static MergeTable RandomMerges(ref CounterRandom random)
    {
        var merges = new MergeTable();
        for (int merged = Symbols; merged < Symbols + 30; merged++)
        {
            merges.TryAdd(random.NextInt32(merged), random.NextInt32(merged), random.NextInt32(12), merged);
        }

        return merges;
    }

    private static List<int> MergeByDefinition(List<int> symbols, MergeTable merges)
    {
        while (true)
        {
            int best = -1;
            int lowest = MergeTable.NoRank;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                int rank = merges.Rank(symbols[i], symbols[i + 1], out _);
                if (rank < lowest)
                {
                    (best, lowest) = (i, rank);
                }
            }

            if (best < 0)
            {
                return symbols;
            }

            merges.Rank(symbols[best], symbols[best + 1], out int merged);
            symbols[best] = merged;
            symbols.RemoveAt(best + 1);
        }
    }
}
