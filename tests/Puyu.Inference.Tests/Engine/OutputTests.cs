using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests.Engine;

public class OutputTests
{
    [Fact]
    public async Task Scores_AreThoseOfTheModel()
    {
        int[] prompt = TinyEngine.Prompt(40);
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options() with { TokensPerStep = 16 });

        Completed completed = await engine.CompleteAsync(TinyEngine.Request(prompt, tokens: 10) with
        {
            TopLogProbabilities = 3,
            ScoresPrompt = true,
        });

        int[] ids = [.. prompt, .. completed.Ids];
        float[] expected = LogProbabilities(ids);
        IReadOnlyList<TokenScore> promptScores = completed.Updates[0].PromptScores;
        TokenScore[] scores = [.. promptScores, .. completed.Scores[0]];
        Assert.Equal(ids, scores.Select(score => score.TokenId));
        Assert.Equal(0, scores[0].LogProbability);
        Assert.All(
            scores.Skip(1).Zip(expected), pair => Assert.Equal(pair.Second, pair.First.LogProbability, tolerance: 1e-4));
        Assert.All(scores.Skip(1), score =>
        {
            Assert.Equal(3, score.Alternatives.Count);
            Assert.Equal(
                score.Alternatives.OrderByDescending(other => other.LogProbability), score.Alternatives);
            Assert.True(score.Alternatives[0].LogProbability >= score.LogProbability);
            Assert.Equal(TinyModel.Tokenizer.TokenBytes(score.TokenId).ToArray(), score.Bytes.ToArray());
        });
        Assert.All(completed.Updates.Skip(1), update => Assert.Empty(update.PromptScores));
    }

    [Fact]
    public async Task PromptScores_AreComputed_ThoughThePromptIsCached()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(100), tokens: 1) with { ScoresPrompt = true };

        Completed first = await engine.CompleteAsync(request);
        Completed second = await engine.CompleteAsync(request);

        Assert.Equal(100, first.Updates[0].PromptScores.Count);
        Assert.Equal(
            first.Updates[0].PromptScores.Select(score => score.LogProbability),
            second.Updates[0].PromptScores.Select(score => score.LogProbability));
    }

    [Fact]
    public async Task Text_EndsBeforeAStopString_OfSeveralTokens()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 60);
        string whole = (await engine.CompleteAsync(request)).Text[0];
        string stop = whole.Substring(whole.Length / 2, 4);
        string before = whole[..whole.IndexOf(stop, StringComparison.Ordinal)];
        SamplingOptions stopping = request.Sampling with { StopStrings = ["no such text", stop, stop[..3] + "\u0001"] };

        Completed without = await engine.CompleteAsync(request with { Sampling = stopping });
        Completed with = await engine.CompleteAsync(
            request with { Sampling = stopping with { IncludesStopString = true } });

        Assert.Equal(before, without.Text[0]);
        Assert.Equal(before + stop, with.Text[0]);
        Assert.Equal(FinishReason.Stop, without.Reasons[0]);
        Assert.Equal(stop, without.Updates[^1].StopString);
    }

    [Fact]
    public async Task Completion_EndsBeforeAStopToken_ButNotBeforeTheLeastLength()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 40);
        IReadOnlyList<int> whole = (await engine.CompleteAsync(request)).Ids;
        int stop = whole[12];
        SamplingOptions stopping = request.Sampling with { StopTokenIds = [stop] };

        Completed stopped = await engine.CompleteAsync(request with { Sampling = stopping });
        Completed later = await engine.CompleteAsync(request with { Sampling = stopping with { MinTokens = 35 } });

        Assert.Equal(whole.TakeWhile(id => id != stop), stopped.Ids);
        Assert.Equal(FinishReason.Stop, stopped.Reasons[0]);
        Assert.InRange(later.Ids.Count, 35, 40);
    }

    [Fact]
    public async Task Text_HasSpecialTokens_WhereTheyAreWanted()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        int end = TinyModel.Tokenizer.EosId!.Value;
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 3) with
        {
            Sampling = new SamplingOptions
            {
                MaxTokens = 3,
                IgnoresEndOfText = true,
                LogitBias = new Dictionary<int, float> { [end] = 100 },
            },
        };

        Completed hidden = await engine.CompleteAsync(request);
        Completed shown = await engine.CompleteAsync(request with { ShowsSpecialTokens = true });

        Assert.Equal([end, end, end], hidden.Ids);
        Assert.Equal("", hidden.Text[0]);
        Assert.Equal("</s></s></s>", shown.Text[0]);
    }

    [Fact]
    public async Task Text_JoinsToWhatDecodeGives()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(20), tokens: 200);
        request = request with { ShowsSpecialTokens = true };

        Completed completed = await engine.CompleteAsync(request);

        Assert.Equal(TinyModel.Tokenizer.Decode([.. completed.Ids]), completed.Text[0]);
    }

    [Fact]
    public async Task EmbedAsync_IsTheLastHiddenState_OfLengthOne()
    {
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options() with { TokensPerStep = 16 });
        int[][] texts = [.. Enumerable.Range(0, 20).Select(i => TinyEngine.Prompt(5 + (i * 4), i))];

        float[][] together = await Task.WhenAll(
            texts.Select(text => engine.EmbedAsync(text, CancellationToken.None)));
        float[] again = await engine.EmbedAsync(texts[7], CancellationToken.None);

        Assert.All(together, vector => Assert.Equal(1, vector.Sum(x => (double)x * x), tolerance: 1e-5));
        Assert.Equal(together[7], again);
        float[] hidden = Hidden(texts[3]);
        double norm = Math.Sqrt(hidden.Sum(x => (double)x * x));
        Assert.All(together[3].Zip(hidden), pair => Assert.Equal(pair.Second / norm, pair.First, tolerance: 1e-5));
        Assert.Equal(0, engine.Statistics.UsedBlocks);
    }

    [Fact]
    public async Task CompleteAsync_NamesWhatIsWrong()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request([1], tokens: 1);

        await Throws(engine, request with { Prompt = new Prompt.OfTokens([280]) }, EngineErrorCode.InvalidRequest, "280");
        await Throws(engine, request with { Prompt = new Prompt.OfTokens([]) }, EngineErrorCode.InvalidRequest, "0 tokens");
        await Throws(
            engine, request with { Prompt = new Prompt.OfMessages([new("user", "hi")]) }, EngineErrorCode.NotSupported,
            "chat template");
        await Throws(engine, request with { Choices = 0 }, EngineErrorCode.InvalidRequest, "Choices is 0");
        await Throws(engine, request with { Adapter = "x" }, EngineErrorCode.UnknownAdapter, "'x'");
        await Throws(
            engine, request with { Sampling = new SamplingOptions { TopP = 2 } }, EngineErrorCode.InvalidRequest, "TopP");
    }

    private static async Task Throws(
        InferenceEngine engine, CompletionRequest request, EngineErrorCode code, string message)
    {
        EngineException exception =
            await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(request));

        Assert.Equal(code, exception.Code);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Log-probability of each id but the first, by one forward of them all.</summary>
    private static float[] LogProbabilities(int[] ids)
    {
        using var backend = new CpuBackend(1);
        using Decoder decoder = Decoder.Create(TinyEngine.Config, backend);
        decoder.Initialize(seed: 1);
        using Scope scope = backend.BeginScope();
        Tensor logits = decoder.Logits(scope, Forward(scope, decoder, ids));
        int v = TinyModel.Tokenizer.VocabSize;
        return [.. Enumerable.Range(0, ids.Length - 1).Select(row =>
        {
            double[] of = [.. logits.Span<float>().Slice(row * logits.Shape[1], v).ToArray().Select(x => (double)x)];
            double largest = of.Max();
            return (float)(of[ids[row + 1]] - largest - Math.Log(of.Sum(x => Math.Exp(x - largest))));
        })];
    }

    private static float[] Hidden(int[] ids)
    {
        using var backend = new CpuBackend(1);
        using Decoder decoder = Decoder.Create(TinyEngine.Config, backend);
        decoder.Initialize(seed: 1);
        using Scope scope = backend.BeginScope();
        Tensor hidden = Forward(scope, decoder, ids);
        return hidden.Span<float>()[^hidden.Shape[1]..].ToArray();
    }

    private static Tensor Forward(Scope scope, Decoder decoder, int[] ids) => decoder.Forward(
        scope, DecoderInput.From(scope, ids, [.. Enumerable.Range(0, ids.Length)], [0, ids.Length]));
}
