using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints;
using Puyu.Inference.Sampling;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Sampling;

public class SequenceSamplerTests
{
    private static readonly float[] _logits = [1, 3, 2, 3, -1, 0, float.NegativeInfinity, 2.5f];

    [Fact]
    public void Draw_TakesTheFirstOfTheMostLikely_WhenGreedy()
    {
        Assert.Equal(1, Draw(_logits, SamplingOptions.Greedy, [5]));
        Assert.Equal(1, Draw(_logits, new SamplingOptions { TopK = 1, Seed = 8 }, [5]));
        Assert.Equal(3, _logits[Draw(_logits, new SamplingOptions { Temperature = 1e-7f, Seed = 8 }, [5])]);
    }

    [Fact]
    public void Draw_PenalizesEachTokenOfTheHistoryOnce()
    {
        SamplingOptions options = SamplingOptions.Greedy with { RepetitionPenalty = 1.3f };

        // 3 / 1.3 < 2.5: tokens 1 and 3 fall behind token 7; twice as often makes no difference.
        Assert.Equal(3, Draw(_logits, options, [1]));
        Assert.Equal(7, Draw(_logits, options, [1, 3, 3, 3]));
        Assert.Equal(0, Draw([-1, -1.1f], options, [1, 1]));
        Assert.Equal(1, Draw([-1, -1.1f], options, [0]));
    }

    [Fact]
    public void Draw_CountsTheCompletionAlone_ForPresenceAndFrequency()
    {
        SamplingOptions presence = SamplingOptions.Greedy with { PresencePenalty = 0.75f };
        SamplingOptions frequency = SamplingOptions.Greedy with { FrequencyPenalty = 0.375f };

        // Behind the prompt [1, 3]: 3 − 0.75 and 3 − 2 · 0.375 are less than 2.5, 3 − 0.375 is more.
        Assert.Equal(1, Draw(_logits, presence, [1, 3], promptLength: 2));
        Assert.Equal(7, Draw(_logits, presence, [1, 3, 1, 3], promptLength: 2));
        Assert.Equal(3, Draw(_logits, frequency, [1, 3, 1, 3, 1], promptLength: 2));
        Assert.Equal(7, Draw(_logits, frequency, [1, 3, 1, 3, 1, 3], promptLength: 2));
    }

    [Fact]
    public void Draw_RecountsTheHistory_WhereItIsAnother()
    {
        SamplingOptions options = SamplingOptions.Greedy with { PresencePenalty = 2 };
        SequenceSampler sampler = Sampler(8, options);

        Assert.Equal(3, sampler.Draw([.. _logits], [1], 0).TokenId);
        Assert.Equal(7, sampler.Draw([.. _logits], [1, 3], 0).TokenId);
        Assert.Equal(1, sampler.Draw([.. _logits], [3], 0).TokenId);
    }

    [Fact]
    public void Draw_ObeysBias()
    {
        Assert.Equal(3, Draw(_logits, SamplingOptions.Greedy with { LogitBias = Bias(1, -100) }, []));
        Assert.Equal(4, Draw(_logits, SamplingOptions.Greedy with { LogitBias = Bias(4, 100) }, []));
        Assert.Equal(
            "LogitBias names token 8 but the model has tokens 0 to 7",
            Assert.Throws<EngineException>(
                () => Sampler(8, SamplingOptions.Greedy with { LogitBias = Bias(8, 1) })).Message);

        static Dictionary<int, float> Bias(int token, float bias) => new() { [token] = bias };
    }

    [Theory]
    [InlineData("abc", new int[0])]
    [InlineData("abc", new[] { 0, 1 })]
    [InlineData("abc", new[] { 3 })]
    [InlineData("bab", new[] { 1 })]
    [InlineData("cab", new[] { 2 })]
    [InlineData("<abc>", new[] { 1 })]
    [InlineData("zzz", new[] { 1 })]
    public void Draw_NeverCompletesABannedText(string banned, int[] completion)
    {
        TokenVocabulary vocabulary = Vocabularies.Of("a", "b", "c", "ab", "abc", "bc", "<abc>");
        SamplingOptions options = SamplingOptions.Greedy with { BadWords = [banned] };
        var sampler = new SequenceSampler(options, vocabulary, []);
        string before = string.Concat(completion.Select(id => Text(vocabulary, id)));

        for (int best = 0; best < vocabulary.Size; best++)
        {
            float[] logits = new float[vocabulary.Size];
            logits[best] = 1;
            bool isBanned = vocabulary.IsSpecial(best)
                ? Text(vocabulary, best) == banned
                : (before + Text(vocabulary, best)).Contains(banned, StringComparison.Ordinal);

            // The prompt's own tokens never count.
            int drawn = sampler.Draw(logits, [2, 0, .. completion], 2).TokenId;

            Assert.True(isBanned != (drawn == best), $"{before} + {Text(vocabulary, best)} without {banned}");
        }
    }

    [Fact]
    public void Draw_EndsNotBeforeTheLeastLength()
    {
        SamplingOptions options = SamplingOptions.Greedy with { MinTokens = 2, StopTokenIds = [3] };
        SequenceSampler sampler = Sampler(8, options, stopIds: [1]);

        Assert.Equal(7, sampler.Draw([.. _logits], [0, 0, 0], 2).TokenId);
        Assert.Equal(1, sampler.Draw([.. _logits], [0, 0, 0, 0], 2).TokenId);
    }

    public static TheoryData<SamplingOptions> Filters =>
    [
        new SamplingOptions(),
        new SamplingOptions { Temperature = 0.3f },
        new SamplingOptions { TopK = 1 },
        new SamplingOptions { TopK = 7 },
        new SamplingOptions { TopK = 50 },
        new SamplingOptions { TopP = 0.6f },
        new SamplingOptions { TopP = 1e-9f },
        new SamplingOptions { MinP = 0.2f },
        new SamplingOptions { TypicalP = 0.5f },
        new SamplingOptions { TopK = 30, TypicalP = 0.8f, TopP = 0.7f },
        new SamplingOptions { Temperature = 1.7f, TopK = 40, TopP = 0.9f, MinP = 0.05f, RepetitionPenalty = 1.2f },
        new SamplingOptions { Temperature = 2, TopP = 0.95f, MinP = 0.02f, LogitBias = Biases, PresencePenalty = 1 },
    ];

    private static Dictionary<int, float> Biases => new() { [3] = 2, [4] = -1 };

    [Theory]
    [MemberData(nameof(Filters))]
    public void Draw_DrawsFromWhatTheFiltersLeave_AsOftenAsTheySay(SamplingOptions options)
    {
        const int Draws = 20_000;
        float[] logits = [.. Numbers.Uniform(50, seed: 3).Select(x => 4 * x)];
        int[] history = [7, 11, 7, 49];
        double[] expected = SamplingReference.Distribution(logits, options, history, promptLength: 1);
        SequenceSampler sampler = Sampler(logits.Length, options);

        double[] drawn = new double[logits.Length];
        for (int choice = 0; choice < Draws; choice++)
        {
            drawn[sampler.Fork(choice).Draw([.. logits], history, 1).TokenId]++;
        }

        // The count of a token is binomial: five standard deviations in fifty tokens fail once in 30,000 seeds.
        Assert.All(expected.Zip(drawn), pair => Assert.InRange(
            Math.Abs(pair.Second - (Draws * pair.First)), 0, 5 * Math.Sqrt(Draws * pair.First * (1 - pair.First))));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Distribution_IsThatOfTheReference_OverAWholeVocabulary(SamplingOptions options)
    {
        float[] logits = [.. Numbers.Uniform(5000, seed: 3).Select(x => 6 * x)];
        int[] history = [7, 11, 7, 49];
        double[] expected = SamplingReference.Distribution(logits, options, history, promptLength: 1);

        float[] actual = new float[logits.Length];
        Sampler(logits.Length, options).Distribution([.. logits], history, 1, actual);

        // Sums of up to 5000 rounded weights; a few roundings each of difference, quotient and exponential.
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 5e-6 + (1e-4 * pair.First)));
    }

    [Fact]
    public void Draw_IsAFunctionOfSeedChoiceAndHistory()
    {
        float[] logits = Numbers.Uniform(1000, seed: 3);
        var options = new SamplingOptions { TopK = 100, TopP = 0.9f, Seed = 5 };
        SequenceSampler used = Sampler(1000, options);
        int[] history = [.. Enumerable.Range(0, 30)];

        int[] first = Tokens(_ => used);

        Assert.Equal(first, Tokens(_ => Sampler(1000, options)));
        Assert.True(first.Distinct().Count() > 10);
        Assert.NotEqual(first, Tokens(_ => Sampler(1000, options with { Seed = 6 })));
        Assert.NotEqual(first, Tokens(_ => used.Fork(1)));

        int[] Tokens(Func<int, SequenceSampler> of) => [.. Enumerable.Range(1, 29).Select(
            n => of(n).Draw([.. logits], history.AsSpan(0, n), 1).TokenId)];
    }

    [Fact]
    public void Draw_ReportsLogProbabilitiesBeforeEverythingElse()
    {
        var options = new SamplingOptions
        {
            Temperature = 0.2f,
            TopK = 3,
            LogitBias = new Dictionary<int, float> { [4] = 100 },
        };
        var sampler = new SequenceSampler(options, Vocabularies.Nameless(8), [], topLogProbabilities: 3);
        double sum = _logits.Sum(logit => Math.Exp(logit));

        DrawnToken drawn = sampler.Draw([.. _logits], [1], 1);

        Assert.Equal(4, drawn.TokenId);
        Assert.Equal(Math.Log(Math.Exp(-1) / sum), drawn.LogProbability!.Value, 1e-5);
        Assert.Equal([1, 3, 7], drawn.Alternatives.ToArray().Select(token => token.TokenId));
        Assert.Equal(Math.Log(Math.Exp(2.5) / sum), drawn.Alternatives.Span[2].LogProbability, 1e-5);
        Assert.Null(Sampler(8, options).Draw([.. _logits], [1], 1).LogProbability);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Draw_AllocatesNothing(SamplingOptions options)
    {
        float[] logits = Numbers.Uniform(1000, seed: 3);
        SamplingOptions all = options with { BadWords = ["ab"], MinTokens = 9 };
        var sampler = new SequenceSampler(all, Vocabularies.Nameless(1000), [5], topLogProbabilities: 4);
        sampler.Draw(logits, [1, 2, 3], 1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        sampler.Draw(logits, [1, 2, 3], 1);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Draw_Throws_WhereNoLogitIsFinite(float temperature)
    {
        var options = new SamplingOptions { Temperature = temperature };

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => Draw([float.NaN, float.NaN], options, []));

        Assert.Equal("the largest logit is NaN but must be finite", exception.Message);
        Assert.Throws<ArgumentException>(() => Sampler(3, options).Draw(new float[2], [], 0));
        Assert.Throws<EngineException>(() => Draw([float.NegativeInfinity], options, []));
    }

    private static SequenceSampler Sampler(int vocabSize, SamplingOptions options, params int[] stopIds) =>
        new(options, Vocabularies.Nameless(vocabSize), stopIds);

    private static int Draw(float[] logits, SamplingOptions options, int[] tokens, int promptLength = 0) =>
        Sampler(logits.Length, options).Draw([.. logits], tokens, promptLength).TokenId;

    private static string Text(TokenVocabulary vocabulary, int id) =>
        System.Text.Encoding.UTF8.GetString(vocabulary.TokenBytes(id));
}
