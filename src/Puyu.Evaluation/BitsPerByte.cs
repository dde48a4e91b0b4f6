using Puyu.Abstractions;

namespace Puyu.Evaluation;

/// <summary>How well a model predicts text, in a unit that does not depend on its tokenizer.</summary>
public static class BitsPerByte
{
    private const int BatchSize = 32;

    /// <summary>Scores every text.</summary>
    /// <param name="model">The model under test.</param>
    /// <param name="texts">Held-out texts, at least one, none empty.</param>
    /// <param name="seed">Seed of the confidence interval's resampling.</param>
    /// <param name="progress">Told how many texts are done; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">There are no texts, or one is empty.</exception>
    /// <exception cref="InvalidOperationException">The model's log-probability of a text is not a number.</exception>
    public static BitsPerByteReport Evaluate(
        ILanguageModel model, IReadOnlyList<string> texts, ulong seed, IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0 || texts.Any(text => text.Length == 0))
        {
            throw new ArgumentException($"there are {texts.Count} texts but must be at least one, and none empty");
        }

        var scores = new List<TextScore>();
        foreach (string[] batch in texts.Chunk(BatchSize))
        {
            scores.AddRange(model.ScoreText(batch, cancellationToken));
            progress?.Report(scores.Count);
        }

        return Report(scores, seed);
    }

    /// <summary>Scores every completion behind its prompt, e.g. answers to questions.</summary>
    /// <param name="model">The model under test.</param>
    /// <param name="requests">Prompts with held-out completions, at least one, no completion empty.</param>
    /// <param name="seed">Seed of the confidence interval's resampling.</param>
    /// <param name="progress">Told how many completions are done; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">There are no requests, or a completion is empty.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model's log-probability of a completion is not a number.
    /// </exception>
    public static BitsPerByteReport Evaluate(
        ILanguageModel model, IReadOnlyList<(string Prompt, string Completion)> requests, ulong seed,
        IProgress<int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Count == 0 || requests.Any(request => request.Completion.Length == 0))
        {
            throw new ArgumentException(
                $"there are {requests.Count} completions but must be at least one, and none empty");
        }

        var scores = new List<TextScore>();
        foreach ((string Prompt, string Completion)[] batch in requests.Chunk(BatchSize))
        {
            scores.AddRange(model.Score(batch, cancellationToken).Select(
                score => new TextScore(score.LogProbability, score.Tokens, score.Bytes)));
            progress?.Report(scores.Count);
        }

        return Report(scores, seed);
    }

    private static BitsPerByteReport Report(List<TextScore> scores, ulong seed)
    {
        int broken = scores.FindIndex(score => double.IsNaN(score.LogProbability));
        if (broken >= 0)
        {
            throw new InvalidOperationException($"the log-probability of text {broken} is NaN but must be a number");
        }

        double[] bits = [.. scores.Select(score => -score.LogProbability / Math.Log(2))];
        double[] bytes = [.. scores.Select(score => (double)score.Bytes)];
        long tokens = scores.Sum(score => (long)score.Tokens);
        return new BitsPerByteReport(
            Estimate.OfRatio(bits, bytes, seed),
            Math.Exp(-scores.Sum(score => score.LogProbability) / tokens),
            tokens,
            scores.Sum(score => (long)score.Bytes),
            scores);
    }
}

/// <summary>How well a model predicts a set of texts.</summary>
/// <param name="BitsPerByte">Σ −log₂ p(text) / Σ bytes of the text in UTF-8; interval by bootstrap over texts.</param>
/// <param name="PerplexityPerToken">
/// exp of the mean negative log-probability of a token; depends on the tokenizer.
/// </param>
/// <param name="Tokens">Tokens scored.</param>
/// <param name="Bytes">Bytes scored.</param>
/// <param name="Scores">One a text, in their order.</param>
public sealed record BitsPerByteReport(
    Estimate BitsPerByte, double PerplexityPerToken, long Tokens, long Bytes, IReadOnlyList<TextScore> Scores);
