using System.Runtime.CompilerServices;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Caching;
using Puyu.Inference.Engine;
using Puyu.Inference.Scoring;
using Puyu.Models;
using Puyu.Tokenizers;
using Encoding = System.Text.Encoding;

namespace Puyu.Inference;

/// <summary>An engine in this process as evaluation sees it. See docs/models.md.</summary>
/// <remarks>May be shared by threads.</remarks>
public sealed class LocalLanguageModel : ILanguageModel, IDisposable
{
    /// <summary>Requests that the engine is given at a time.</summary>
    private const int RequestsAtOnce = 1024;

    /// <summary>The cache holds so many steps: what is scored does not grow, and only prompts are met again.</summary>
    private const int CachedSteps = 4;

    private readonly InferenceEngine _engine;

    /// <summary>Uses an engine.</summary>
    /// <param name="engine">Disposed with this.</param>
    public LocalLanguageModel(InferenceEngine engine)
    {
        _engine = engine;
    }

    /// <summary>
    /// Options for scoring: many sequences, and in a forward enough tokens for full speed but few enough to stay small
    /// beside the weights.
    /// </summary>
    public static EngineOptions ScoringOptions { get; } = new() { MaxBatch = 256, TokensPerStep = 4096 };

    /// <summary>Opens a model with an engine of its own.</summary>
    /// <param name="path">A folder in Hugging Face's layout, or a .gguf file.</param>
    /// <param name="options">
    /// Such as <see cref="ScoringOptions"/>; without CacheBytes the cache is as large as scoring needs.
    /// </param>
    /// <param name="time">The engine's clock.</param>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    /// <exception cref="InvalidDataException">A file is corrupt or contradicts another.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    public static LocalLanguageModel Load(string path, EngineOptions options, TimeProvider time)
    {
        ModelConfig config = DecoderFile.ReadConfig(path);
        long tokens = Math.Max(options.ContextLength ?? config.MaxPositions, CachedSteps * options.TokensPerStep);
        long blocks = ((tokens + options.BlockSize - 1) / options.BlockSize) + options.MaxBatch;
        long bytes = blocks * KvStorage.BlockBytes(config, options.BlockSize, options.CacheFormat);
        return new LocalLanguageModel(
            InferenceEngine.Load(path, options with { CacheBytes = options.CacheBytes ?? bytes }, time));
    }

    /// <inheritdoc/>
    /// <remarks>Special tokens in the prompt are recognised: it is the caller's, templates applied.</remarks>
    public async IAsyncEnumerable<string> GenerateAsync(
        string prompt, SamplingOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Tokenizer tokenizer = _engine.Model.Tokenizer;
        int[] ids = tokenizer.EncodeWithSpecials(prompt);
        bool lacksBos = tokenizer.BosId is { } bos && (ids.Length == 0 || ids[0] != bos);
        var request = new CompletionRequest
        {
            Prompt = new Prompt.OfTokens(lacksBos ? [tokenizer.BosId!.Value, .. ids] : ids),
            Sampling = options,
            ShowsSpecialTokens = true,
        };
        await foreach (CompletionUpdate update in _engine.CompleteAsync(request, cancellationToken)
            .ConfigureAwait(false))
        {
            if (update.Text.Length > 0)
            {
                yield return update.Text;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Completions of one prompt should follow each other: the prompt is computed once then.</remarks>
    public IReadOnlyList<CompletionScore> Score(
        IReadOnlyList<(string Prompt, string Completion)> requests, CancellationToken cancellationToken)
    {
        ScoreTokenizer tokenizer = CreateScoreTokenizer();
        ScoreRequest[] scored =
            [.. requests.Select(request => tokenizer.Completion(request.Prompt, request.Completion))];
        SequenceScore[] scores = Score(scored, cancellationToken);
        return [.. scores.Select((score, i) => new CompletionScore(
            score.LogProbability, scored[i].ScoredTokens, Encoding.UTF8.GetByteCount(requests[i].Completion),
            score.IsGreedy))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextScore> ScoreText(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ScoreTokenizer tokenizer = CreateScoreTokenizer();
        ScoreRequest[][] windows = [.. texts.Select(text => tokenizer.Windows(text).ToArray())];
        SequenceScore[] scores = Score([.. windows.SelectMany(ofText => ofText)], cancellationToken);
        int next = 0;
        return [.. windows.Select((ofText, i) =>
        {
            double logProbability = scores.AsSpan(next, ofText.Length).ToArray().Sum(score => score.LogProbability);
            next += ofText.Length;
            return new TextScore(
                logProbability, ofText.Sum(window => window.ScoredTokens), Encoding.UTF8.GetByteCount(texts[i]));
        })];
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private SequenceScore[] Score(ScoreRequest[] requests, CancellationToken cancellationToken)
    {
        SequenceScore[] scores = new SequenceScore[requests.Length];
        Array.Fill(scores, new SequenceScore(0, IsGreedy: true));
        for (int first = 0; first < requests.Length; first += RequestsAtOnce)
        {
            var order = new ScoreOrder(
                requests.AsSpan(first, Math.Min(RequestsAtOnce, requests.Length - first)), first, _engine.BlockSize);
            foreach (List<ScoredInput> wave in (List<ScoredInput>[])[order.First, order.Second])
            {
                _engine.ScoreAsync(wave, cancellationToken).GetAwaiter().GetResult();
                wave.ForEach(input => Add(input.Scored, scores));
            }
        }

        return scores;
    }

    private static void Add(ReadOnlySpan<ScoredToken> tokens, SequenceScore[] scores)
    {
        foreach (ScoredToken token in tokens)
        {
            ref SequenceScore score = ref scores[token.Request];
            score = new SequenceScore(
                score.LogProbability + token.LogProbability, score.IsGreedy && token.IsLikeliest);
        }
    }

    private ScoreTokenizer CreateScoreTokenizer()
    {
        Tokenizer tokenizer = _engine.Model.Tokenizer;
        int bosId = tokenizer.BosId ?? _engine.Config.BosTokenId ?? tokenizer.EosId
            ?? throw new InvalidOperationException(
                "neither tokenizer nor configuration names a token that begins a sequence, so nothing can be scored");
        return new ScoreTokenizer(tokenizer, bosId, _engine.Card.ContextLength);
    }
}
