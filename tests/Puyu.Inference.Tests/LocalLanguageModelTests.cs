using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests;

public sealed class LocalLanguageModelTests : IDisposable
{
    private readonly CpuBackend _backend = new(threads: 1);
    private readonly InferenceEngine _engine = TinyEngine.Create(config: TinyModel.Config);
    private readonly LocalLanguageModel _model;

    public LocalLanguageModelTests()
    {
        _model = new LocalLanguageModel(_engine);
    }

    public void Dispose()
    {
        _model.Dispose();
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _backend.Dispose();
    }

    [Fact]
    public void Score_IsTheSumOverTheCompletionsTokens()
    {
        CompletionScore score = Assert.Single(_model.Score([("the quick", " brown fox")], CancellationToken.None));

        int[] prompt = [TinyModel.Tokenizer.BosId!.Value, .. TinyModel.Tokenizer.Encode("the quick")];
        int[] completion = TinyModel.Tokenizer.Encode(" brown fox");
        Assert.Equal(completion.Length, score.Tokens);
        Assert.Equal(10, score.Bytes);

        // Log-probabilities of a few tokens in float32: their logits are sums of D products of size 1.
        double expected = LogProbability([.. prompt, .. completion], prompt.Length);
        double tolerance = completion.Length * 10 * Numbers.Gamma(TinyModel.Config.HiddenSize);
        Assert.Equal(expected, score.LogProbability, tolerance);
    }

    [Fact]
    public void Score_DoesNotDependOnTheOtherRequests()
    {
        (string, string)[] requests = [.. Enumerable.Range(0, 300).Select(
            i => (TinyModel.Text[..(i % 60)], TinyModel.Text.Substring(i % 60, 1 + (i % 7))))];

        IReadOnlyList<CompletionScore> together = _model.Score(requests, CancellationToken.None);

        Assert.Equal(
            requests.Take(60).SelectMany(request => _model.Score([request], CancellationToken.None)), together.Take(60));
        Assert.True(together.Sum(score => score.Tokens) > 300);
    }

    [Fact]
    public async Task Score_KnowsWhatGreedyDecodingWouldSay()
    {
        SamplingOptions options = SamplingOptions.Greedy with { MaxTokens = 1 };
        var greedy = new List<(string Prompt, string Completion)>();
        for (int length = 1; greedy.Count < 5; length++)
        {
            string prompt = TinyModel.Text[..length];
            string completion = string.Concat(
                await ToListAsync(_model.GenerateAsync(prompt, options, CancellationToken.None)));

            // A token that merges with the prompt, or is no whole character, would be another completion when encoded.
            if (completion.Length > 0 && AddsOneToken(prompt, completion))
            {
                greedy.Add((prompt, completion));
            }
        }

        Assert.All(_model.Score(greedy, CancellationToken.None), score => Assert.True(score.IsGreedy));
        (string, string)[] others = [.. greedy.Select(request => (request.Prompt, request.Completion + "zq"))];
        Assert.All(_model.Score(others, CancellationToken.None), score => Assert.False(score.IsGreedy));
    }

    [Fact]
    public void Score_OfAnEmptyPrompt_IsThatAfterTheFirstToken()
    {
        CompletionScore score = Assert.Single(_model.Score([("", "fox")], CancellationToken.None));

        int[] ids = [TinyModel.Tokenizer.BosId!.Value, .. TinyModel.Tokenizer.Encode("fox")];
        Assert.Equal(LogProbability(ids, 1), score.LogProbability, 1e-4);
    }

    [Fact]
    public void Score_KeepsTheEndOfAPromptBeyondTheContext()
    {
        string prompt = string.Concat(Enumerable.Repeat(TinyModel.Text, 3));

        CompletionScore score = Assert.Single(_model.Score([(prompt, " the")], CancellationToken.None));

        int[] ids = TinyModel.Tokenizer.Encode(prompt + " the");
        Assert.Equal(LogProbability(ids[^65..], 64), score.LogProbability, 1e-4);
        Assert.Throws<ArgumentException>(() => _model.Score([("a", "")], CancellationToken.None));
        Assert.Throws<ArgumentException>(() => _model.Score([("a", prompt)], CancellationToken.None));
    }

    [Fact]
    public void ScoreText_CountsEachTokenOnce_HoweverLongTheText()
    {
        string[] texts = ["", TinyModel.Text[..40], TinyModel.Text + TinyModel.Text];

        IReadOnlyList<TextScore> scores = _model.ScoreText(texts, CancellationToken.None);

        int bos = TinyModel.Tokenizer.BosId!.Value;
        int[][] ids = [.. texts.Select(text => (int[])[bos, .. TinyModel.Tokenizer.Encode(text)])];
        Assert.Equal(ids.Select(of => of.Length - 1), scores.Select(score => score.Tokens));
        Assert.Equal(texts.Select(text => text.Length), scores.Select(score => score.Bytes));
        Assert.Equal(0, scores[0].LogProbability);
        Assert.Equal(LogProbability(ids[1], 1), scores[1].LogProbability, 1e-3);

        // The first window fills the context; each later one goes back by half of it.
        double expected = LogProbability(ids[2][..65], 1);
        for (int first = 65; first < ids[2].Length; first += 33)
        {
            expected += LogProbability(ids[2][(first - 32)..Math.Min(first + 33, ids[2].Length)], 32);
        }

        Assert.Equal(expected, scores[2].LogProbability, 1e-3);
    }

    [Fact]
    public async Task GenerateAsync_StreamsTheTextOfTheTokens_AndEndsBeforeAStopString()
    {
        var options = new SamplingOptions { MaxTokens = 50, Seed = 2 };
        List<string> pieces = await ToListAsync(_model.GenerateAsync("the fox", options, CancellationToken.None));
        string whole = string.Concat(pieces);
        string stop = whole.Substring(20, 3);

        SamplingOptions stopping = options with { StopStrings = ["no such text", stop] };
        string stopped = string.Concat(
            await ToListAsync(_model.GenerateAsync("the fox", stopping, CancellationToken.None)));

        Assert.True(pieces.Count > 10);
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], stopped);
    }

    [Fact]
    public async Task GenerateAsync_LetsTheNextCallerIn_AfterCancellation()
    {
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in _model.GenerateAsync("the fox", new(), cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });

        Assert.NotEmpty(await ToListAsync(_model.GenerateAsync("the fox", new() { Seed = 2 }, CancellationToken.None)));
    }

    [Fact]
    public async Task GenerateAsync_RefusesOptionsOutOfRange()
    {
        await Assert.ThrowsAsync<EngineException>(
            () => ToListAsync(_model.GenerateAsync("the fox", new() { TopP = 2 }, CancellationToken.None)));
    }

    [Fact]
    public void Score_OfSeveralCompletionsOfAPrompt_IsThatOfEachAlone()
    {
        (string, string)[] requests =
            [("the fox is", " A"), ("the fox is", " B"), ("the fox is", " C and D"), ("the fox is", " B")];

        IReadOnlyList<CompletionScore> together = _model.Score(requests, CancellationToken.None);

        Assert.Equal(requests.SelectMany(request => _model.Score([request], CancellationToken.None)), together);
        Assert.Equal(together[1], together[3]);
        Assert.Equal(3, together.Distinct().Count());
    }

    [DataFact]
    public async Task Load_OpensAModelFolderWithItsTokenizer()
    {
        using var folder = new TemporaryFolder();
        ModelConfig config = TinyModel.Config with
        {
            Architecture = ModelArchitecture.InternLm2,
            HiddenSize = 8,
            HeadDim = 2,
            VocabSize = 92544,
            BosTokenId = 1,
            EosTokenIds = [2],
        };
        using (Decoder decoder = Decoder.Create(config, _backend))
        {
            decoder.Initialize(seed: 1);
            ModelFolder.Save(decoder, folder.Root, DType.BF16);
        }

        File.Copy(TestData.File("tokenizers", "internlm2.model"), folder.File("tokenizer.model"));

        EngineOptions options = LocalLanguageModel.ScoringOptions with { Threads = 1 };
        using LocalLanguageModel model = LocalLanguageModel.Load(folder.Root, options, TimeProvider.System);

        Assert.NotEmpty(await ToListAsync(
            model.GenerateAsync("hello", new SamplingOptions { MaxTokens = 5 }, CancellationToken.None)));
        CompletionScore score = Assert.Single(model.Score([("hello", " world")], CancellationToken.None));
        Assert.InRange(score.LogProbability, double.MinValue, -1);
    }

    [Fact]
    public void Score_OfCompletionsOfAPrompt_ComputesThePromptOnce()
    {
        string prompt = TinyModel.Text[..80];
        (string, string)[] requests = [.. Enumerable.Range(0, 8).Select(i => (prompt, TinyModel.Text[i..][..12]))];
        int promptTokens = TinyModel.Tokenizer.Encode(prompt).Length;
        int shared = promptTokens / TinyEngine.BlockSize * TinyEngine.BlockSize;

        IReadOnlyList<CompletionScore> together = _model.Score(requests, CancellationToken.None);

        Assert.True(shared > 0);
        Assert.Equal(7 * shared, _engine.Statistics.CachedTokens);
        using LocalLanguageModel uncached = new(TinyEngine.Create(
            TinyEngine.Options() with { CachesPrefixes = false }, TinyModel.Config));
        Assert.Equal(uncached.Score(requests, CancellationToken.None), together);
    }

    [Fact]
    public void Score_IsTheSame_WhereTheCacheIsSmall_AndStepsAre()
    {
        (string, string)[] requests = [.. Enumerable.Range(0, 40).Select(
            i => (TinyModel.Text[..(90 + i)], TinyModel.Text.Substring(i, 20)))];
        EngineOptions options = TinyEngine.Options(blocks: 6) with { TokensPerStep = 16 };
        using LocalLanguageModel small = new(TinyEngine.Create(options, TinyModel.Config));

        Assert.Equal(
            _model.Score(requests, CancellationToken.None), small.Score(requests, CancellationToken.None));
    }

    [Fact]
    public async Task Score_CanBeCancelled_AndTheEngineGoesOn()
    {
        string text = string.Concat(Enumerable.Repeat(TinyModel.Text, 50));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        Assert.ThrowsAny<OperationCanceledException>(() => _model.ScoreText([text], cancellation.Token));

        Assert.True(Assert.Single(_model.ScoreText([text], CancellationToken.None)).Tokens > 1000);
        Assert.Equal(0, _engine.Statistics.UsedBlocks);
    }

    [Fact]
    public async Task Score_Throws_WhereTheEngineSleeps()
    {
        await _engine.SleepAsync(level: 1, CancellationToken.None);

        EngineException exception = Assert.Throws<EngineException>(
            () => _model.Score([("a", "b")], CancellationToken.None));

        Assert.Equal(EngineErrorCode.Sleeping, exception.Code);
    }

    private static bool AddsOneToken(string prompt, string completion)
    {
        int[] alone = TinyModel.Tokenizer.Encode(prompt);
        int[] together = TinyModel.Tokenizer.Encode(prompt + completion);
        return together.Length == alone.Length + 1 && together.AsSpan().StartsWith(alone)
            && !completion.Contains('\uFFFD', StringComparison.Ordinal);
    }

    /// <summary>The sum over the ids from one on, by a forward of this sequence alone.</summary>
    private double LogProbability(int[] ids, int firstScored)
    {
        using Decoder decoder = TinyModel.Create(_backend);
        using Scope scope = _backend.BeginScope();
        int[] inputs = ids[..^1];
        DecoderInput input = DecoderInput.From(
            scope, inputs, [.. Enumerable.Range(0, inputs.Length)], [0, inputs.Length]);
        int[] targets = [.. ids.Skip(1).Select((id, i) => i + 1 >= firstScored ? id : -1)];
        Tensor logProbabilities = decoder.LogProbabilities(
            scope, decoder.Forward(scope, input), scope.From<int>(targets, [targets.Length])).LogProbabilities;
        return logProbabilities.Span<float>().ToArray().Sum(x => (double)x);
    }

    private static async Task<List<string>> ToListAsync(IAsyncEnumerable<string> pieces)
    {
        var list = new List<string>();
        await foreach (string piece in pieces)
        {
            list.Add(piece);
        }

        return list;
    }
}
