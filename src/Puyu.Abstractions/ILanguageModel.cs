namespace Puyu.Abstractions;

/// <summary>
/// A model of text: the local engine, or any server that can do the same. Texts are given as they are: chat templates
/// are applied by the caller.
/// </summary>
public interface ILanguageModel
{
    /// <summary>Streams the completion of a prompt, as pieces of text.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="options">How to sample and when to stop.</param>
    /// <param name="cancellationToken">Stops the generation and frees what it holds.</param>
    IAsyncEnumerable<string> GenerateAsync(
        string prompt, SamplingOptions options, CancellationToken cancellationToken);

    /// <summary>Log-probability of each completion after its prompt.</summary>
    /// <param name="requests">
    /// Prompts and completions. An empty prompt asks for the unconditional score: after the model's
    /// beginning-of-sequence token only.
    /// </param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One score a request, in their order.</returns>
    IReadOnlyList<CompletionScore> Score(
        IReadOnlyList<(string Prompt, string Completion)> requests, CancellationToken cancellationToken);

    /// <summary>
    /// Log-probability of whole texts, each from its beginning; a text longer than the context is scored in windows so
    /// that each token is counted once.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One score a text, in their order.</returns>
    IReadOnlyList<TextScore> ScoreText(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}

/// <summary>How likely a model finds a completion.</summary>
/// <param name="LogProbability">Sum over the completion's tokens, natural logarithm; at most 0.</param>
/// <param name="Tokens">Number of tokens of the completion.</param>
/// <param name="Bytes">Length of the completion in UTF-8.</param>
/// <param name="IsGreedy">Whether each token was the most likely one.</param>
public readonly record struct CompletionScore(double LogProbability, int Tokens, int Bytes, bool IsGreedy);

/// <summary>How likely a model finds a text.</summary>
/// <param name="LogProbability">Sum over the tokens, natural logarithm; at most 0.</param>
/// <param name="Tokens">Number of tokens that were scored.</param>
/// <param name="Bytes">Length of the text in UTF-8.</param>
public readonly record struct TextScore(double LogProbability, int Tokens, int Bytes);
