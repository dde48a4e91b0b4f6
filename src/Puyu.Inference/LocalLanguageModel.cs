using System.Runtime.CompilerServices;
using Puyu.Abstractions;
using Puyu.Inference.Constraints;
using Puyu.Inference.Generation;
using Puyu.Inference.Scoring;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.Streaming;
using Encoding = System.Text.Encoding;

namespace Puyu.Inference;

/// <summary>A decoder with its tokenizer, in this process. See docs/models.md.</summary>
/// <remarks>May be shared by threads; callers take turns, a whole completion each.</remarks>
public sealed class LocalLanguageModel : ILanguageModel, IDisposable
{
    /// <summary>
    /// Tokens of one forward of scoring: enough for full speed, few enough to stay small beside the weights.
    /// </summary>
    private const int TokensPerForward = 4096;

    private readonly Decoder _decoder;
    private readonly TokenGenerator _generator;
    private readonly PackedScorer _scorer;
    private readonly int[] _stopIds;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Joins a model and a tokenizer.</summary>
    /// <param name="decoder">Disposed with this.</param>
    /// <param name="tokenizer">The one that the model was trained with.</param>
    /// <param name="chatTemplate">How the model writes conversations; null if it does not chat.</param>
    /// <exception cref="ArgumentException">The tokenizer has more ids than the model has embeddings.</exception>
    public LocalLanguageModel(Decoder decoder, Tokenizer tokenizer, ChatTemplate? chatTemplate = null)
    {
        if (tokenizer.VocabSize > decoder.Config.VocabSize)
        {
            throw new ArgumentException(
                $"the tokenizer has {tokenizer.VocabSize} ids "
                + $"but the model has embeddings for {decoder.Config.VocabSize}");
        }

        _decoder = decoder;
        _generator = new TokenGenerator(decoder, new TokenVocabulary(tokenizer));
        _scorer = new PackedScorer(decoder, TokensPerForward);
        _stopIds = [.. decoder.Config.EosTokenIds.Union(tokenizer.EosId is { } eos ? [eos] : [])];
        Tokenizer = tokenizer;
        ChatTemplate = chatTemplate;
    }

    /// <summary>Sizes and variants of the model.</summary>
    public ModelConfig Config => _decoder.Config;

    /// <summary>The tokenizer of the model.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>How the model writes conversations; null if it does not chat.</summary>
    public ChatTemplate? ChatTemplate { get; }

    /// <summary>Opens a model folder: configuration, mapped weights, and the tokenizer beside them.</summary>
    /// <param name="folder">In Hugging Face's layout.</param>
    /// <param name="backend">Where the model computes; not disposed with it.</param>
    /// <param name="chatTemplate">Null for the model's own, or else that of its family.</param>
    /// <exception cref="InvalidDataException">
    /// A file is corrupt or contradicts another; names it and the rule.
    /// </exception>
    /// <exception cref="FileNotFoundException">The folder lacks a file; names it.</exception>
    public static LocalLanguageModel Load(string folder, Backend backend, ChatTemplate? chatTemplate = null)
    {
        Tokenizer tokenizer = TokenizerFile.Load(folder);
        Decoder decoder = Decoder.Load(folder, backend);
        try
        {
            return new LocalLanguageModel(
                decoder, tokenizer, chatTemplate ?? ModelTemplate.Choose(folder, decoder.Config, tokenizer));
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Special tokens in the prompt are recognised: it is the caller's, templates applied.</remarks>
    public IAsyncEnumerable<string> GenerateAsync(
        string prompt, SamplingOptions options, CancellationToken cancellationToken)
    {
        int[] ids = Tokenizer.EncodeWithSpecials(prompt);
        bool lacksBos = Tokenizer.BosId is { } bos && (ids.Length == 0 || ids[0] != bos);
        return GenerateAsync(lacksBos ? [Tokenizer.BosId!.Value, .. ids] : ids, _stopIds, options, cancellationToken);
    }

    /// <summary>Streams the assistant's next message. What messages say never becomes a special token.</summary>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="options">How to sample and when to stop, beside the template's own stop tokens.</param>
    /// <param name="cancellationToken">Stops the generation and frees what it holds.</param>
    /// <exception cref="InvalidOperationException">The model has no chat template.</exception>
    public IAsyncEnumerable<string> ChatAsync(
        IReadOnlyList<ChatMessage> messages, SamplingOptions options, CancellationToken cancellationToken)
    {
        ChatTemplate template = ChatTemplate
            ?? throw new InvalidOperationException("the model has no chat template; give one to Load");
        int[] stopIds = [.. _stopIds.Union(template.StopIds(Tokenizer))];
        return GenerateAsync(template.EncodePrompt(Tokenizer, messages), stopIds, options, cancellationToken);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CompletionScore> Score(
        IReadOnlyList<(string Prompt, string Completion)> requests, CancellationToken cancellationToken)
    {
        ScoreTokenizer tokenizer = CreateScoreTokenizer();
        ScoreRequest[] scored =
            [.. requests.Select(request => tokenizer.Completion(request.Prompt, request.Completion))];
        TokenScore[] scores = InTurn(() => _scorer.Score(scored, cancellationToken), cancellationToken);
        return [.. scores.Select((score, i) => new CompletionScore(
            score.LogProbability, scored[i].ScoredTokens, Encoding.UTF8.GetByteCount(requests[i].Completion),
            score.IsGreedy))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextScore> ScoreText(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ScoreTokenizer tokenizer = CreateScoreTokenizer();
        ScoreRequest[][] windows = [.. texts.Select(text => tokenizer.Windows(text).ToArray())];
        ScoreRequest[] all = [.. windows.SelectMany(ofText => ofText)];
        double[] sums = InTurn(() => _scorer.LogProbabilities(all, cancellationToken), cancellationToken);
        int next = 0;
        return [.. windows.Select((ofText, i) =>
        {
            double logProbability = sums.AsSpan(next, ofText.Length).ToArray().Sum();
            next += ofText.Length;
            return new TextScore(
                logProbability, ofText.Sum(window => window.ScoredTokens), Encoding.UTF8.GetByteCount(texts[i]));
        })];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder.Dispose();
        _turn.Dispose();
    }

    private ScoreTokenizer CreateScoreTokenizer()
    {
        int bosId = Tokenizer.BosId ?? Config.BosTokenId ?? Tokenizer.EosId ?? throw new InvalidOperationException(
            "neither tokenizer nor configuration names a token that begins a sequence, so nothing can be scored");
        return new ScoreTokenizer(Tokenizer, bosId, Config.MaxPositions);
    }

    private T InTurn<T>(Func<T> compute, CancellationToken cancellationToken)
    {
        _turn.Wait(cancellationToken);
        try
        {
            return compute();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async IAsyncEnumerable<string> GenerateAsync(
        int[] promptIds, int[] stopIds, SamplingOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            StreamingDecoder text = Tokenizer.CreateStreamingDecoder();
            var filter = new StopStringFilter(options.StopStrings);
            foreach (int token in _generator.Generate(promptIds, options.Validated(), stopIds, cancellationToken))
            {
                string piece = filter.Append(text.Append(token));
                if (piece.Length > 0)
                {
                    yield return piece;
                }

                if (filter.IsStopped)
                {
                    yield break;
                }

                // Between tokens others on the caller's context may run.
                await Task.Yield();
            }

            string rest = filter.Append(text.Flush()) + filter.Flush();
            if (rest.Length > 0)
            {
                yield return rest;
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
