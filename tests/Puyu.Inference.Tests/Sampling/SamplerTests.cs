using Puyu.Abstractions;
using Puyu.Inference.Sampling;

namespace Puyu.Inference.Tests.Sampling;

public class SamplerTests
{
    private static readonly float[] _logits = [1, 3, 2, 3, -1, 0, float.NegativeInfinity, 2.5f];

    [Fact]
    public void Sample_TakesTheFirstOfTheMostLikely_WhenGreedy()
    {
        Assert.Equal(1, new Sampler(8).Sample(_logits, SamplingOptions.Greedy, [5]));
    }

    [Fact]
    public void Sample_PenalizesEachTokenOfTheHistoryOnce()
    {
        SamplingOptions options = SamplingOptions.Greedy with { RepetitionPenalty = 1.3f };

        // 3 / 1.3 < 2.5: tokens 1 and 3 fall behind token 7; twice as often makes no difference.
        Assert.Equal(3, new Sampler(8).Sample(_logits, options, [1]));
        Assert.Equal(7, new Sampler(8).Sample(_logits, options, [1, 3, 3, 3]));
        Assert.Equal(0, new Sampler(2).Sample([-1, -1.1f], options, [1, 1]));
        Assert.Equal(1, new Sampler(2).Sample([-1, -1.1f], options, [0]));
    }

    public static TheoryData<SamplingOptions> Filters =>
    [
        new SamplingOptions(),
        new SamplingOptions { Temperature = 0.3f },
        new SamplingOptions { TopK = 1 },
        new SamplingOptions { TopK = 7 },
        new SamplingOptions { TopP = 0.6f },
        new SamplingOptions { TopP = 1e-9f },
        new SamplingOptions { MinP = 0.2f },
        new SamplingOptions { Temperature = 1.7f, TopK = 40, TopP = 0.9f, MinP = 0.05f, RepetitionPenalty = 1.2f },
    ];

    [Theory]
    [MemberData(nameof(Filters))]
    public void Sample_DrawsFromWhatTheFiltersLeave_AsOftenAsTheySay(SamplingOptions options)
    {
        const int Draws = 20_000;
        float[] logits = [.. Numbers.Uniform(50, seed: 3).Select(x => 4 * x)];
        int[] history = [7, 11, 7, 49];
        double[] expected = Distribution(logits, options, history);
        var sampler = new Sampler(logits.Length);

        double[] drawn = new double[logits.Length];
        for (ulong seed = 0; seed < Draws; seed++)
        {
            drawn[sampler.Sample(logits, options with { Seed = seed }, history)]++;
        }

        // The count of a token is binomial: five standard deviations in fifty tokens fail once in 30,000 seeds.
        Assert.All(expected.Zip(drawn), pair => Assert.InRange(
            Math.Abs(pair.Second - (Draws * pair.First)), 0, 5 * Math.Sqrt(Draws * pair.First * (1 - pair.First))));
    }

    [Fact]
    public void Sample_IsAFunctionOfItsArguments()
    {
        float[] logits = Numbers.Uniform(1000, seed: 3);
        var options = new SamplingOptions { TopK = 100, TopP = 0.9f, Seed = 5 };
        var used = new Sampler(1000);
        int[] history = [.. Enumerable.Range(0, 30)];

        int[] first = [.. Enumerable.Range(1, 29).Select(n => used.Sample(logits, options, history.AsSpan(0, n)))];
        int[] second = [.. Enumerable.Range(1, 29).Select(
            n => new Sampler(1000).Sample(logits, options, history.AsSpan(0, n)))];

        Assert.Equal(first, second);
        Assert.True(first.Distinct().Count() > 10);
        Assert.NotEqual(first, [.. Enumerable.Range(1, 29).Select(
            n => used.Sample(logits, options with { Seed = 6 }, history.AsSpan(0, n)))]);
    }

    [Fact]
    public void Sample_AllocatesNothing()
    {
        float[] logits = Numbers.Uniform(1000, seed: 3);
        var options = new SamplingOptions { TopK = 100, TopP = 0.9f, MinP = 0.01f, RepetitionPenalty = 1.1f };
        var sampler = new Sampler(1000);
        sampler.Sample(logits, options, [1, 2, 3]);

        long before = GC.GetAllocatedBytesForCurrentThread();
        sampler.Sample(logits, options, [1, 2, 3]);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Sample_Throws_WhereNoLogitIsFinite(float temperature)
    {
        var options = new SamplingOptions { Temperature = temperature };

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => new Sampler(2).Sample([float.NaN, float.NaN], options, []));

        Assert.Equal("the largest logit is NaN but must be finite", exception.Message);
        Assert.Throws<ArgumentException>(() => new Sampler(3).Sample([1, 2], options, []));
    }

    /// <summary>What the documentation of the options says, with sorting and doubles.</summary>
    private static double[] Distribution(float[] logits, SamplingOptions options, int[] history)
    {
        double[] penalized = [.. logits.Select((logit, token) => !history.Contains(token) ? (double)logit
            : logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty)];
        List<int> left = [.. Enumerable.Range(0, logits.Length).OrderByDescending(token => penalized[token])
            .Take(options.TopK ?? logits.Length)];
        Dictionary<int, double> p = left.ToDictionary(
            token => token, token => Math.Exp(penalized[token] / options.Temperature));
        double sum = p.Values.Sum();
        double cumulative = 0;
        left = [.. left.TakeWhile(
            token => options.TopP == 1 || (cumulative += p[token] / sum) - (p[token] / sum) < options.TopP)];
        left = [.. left.Where(token => p[token] >= options.MinP * p[left[0]])];
        double total = left.Sum(token => p[token]);
        return [.. logits.Select((_, token) => left.Contains(token) ? p[token] / total : 0)];
    }
}
