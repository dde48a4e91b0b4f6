using Puyu.Abstractions;
using Puyu.Data.Classifiers;

namespace Puyu.Data.Tests.Classifiers;

public class RankStatisticsTests
{
    [Fact]
    public void Auc_IsTheShareOfPairsInOrder_TiesCountingHalf()
    {
        (float[] scores, bool[] isPositive) = Draw(300);

        double pairs = 0;
        double right = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            for (int j = 0; j < scores.Length; j++)
            {
                if (isPositive[i] && !isPositive[j])
                {
                    pairs++;
                    right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }

        Assert.Equal(right / pairs, RankStatistics.Auc(scores, isPositive), 1e-12);
    }

    [Fact]
    public void Threshold_IsTheLowestThatReachesThePrecision()
    {
        (float[] scores, bool[] isPositive) = Draw(300);

        float threshold = RankStatistics.Threshold(scores, isPositive, 0.7f, out _)!.Value;

        Assert.True(PrecisionAbove(threshold) >= 0.7);
        Assert.All(
            scores.Where(score => score < threshold), lower => Assert.True(PrecisionAbove(lower - 1e-6f) < 0.7));

        double PrecisionAbove(float bound) => scores.Zip(isPositive).Where(item => item.First > bound)
            .Average(item => item.Second ? 1.0 : 0.0);
    }

    [Fact]
    public void Threshold_IsNull_WherePrecisionIsOutOfReach()
    {
        float[] scores = [.. Enumerable.Range(0, 100).Select(i => i / 100f)];
        bool[] isPositive = [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0)];

        Assert.Null(RankStatistics.Threshold(scores, isPositive, 0.9f, out double best));
        Assert.Equal(0.5, best, 1e-9); // the highest score is negative, and from there on they alternate
    }

    /// <summary>Scores in steps of 0.05, so that there are ties; the higher, the more often positive.</summary>
    private static (float[] Scores, bool[] IsPositive) Draw(int count)
    {
        var random = new CounterRandom(3);
        float[] scores = new float[count];
        bool[] isPositive = new bool[count];
        for (int i = 0; i < count; i++)
        {
            scores[i] = random.NextInt32(20) / 20f;
            isPositive[i] = random.NextSingle() < scores[i];
        }

        return (scores, isPositive);
    }
}
