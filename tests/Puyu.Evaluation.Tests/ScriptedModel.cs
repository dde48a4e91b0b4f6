using System.Runtime.CompilerServices;
using System.Text;
using Puyu.Abstractions;

namespace Puyu.Evaluation.Tests;

/// <summary>A model that gives each completion the log-probability the test says; a word is a token.</summary>
internal sealed class ScriptedModel(Func<string, string, double> logProbability) : ILanguageModel
{
    /// <summary>Every (prompt, completion) asked for so far.</summary>
    public List<(string Prompt, string Completion)> Asked { get; } = [];

    public async IAsyncEnumerable<string> GenerateAsync(
        string prompt, SamplingOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        yield return prompt;
    }

    public IReadOnlyList<CompletionScore> Score(
        IReadOnlyList<(string Prompt, string Completion)> requests, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Asked.AddRange(requests);
        return [.. requests.Select(request => new CompletionScore(
            logProbability(request.Prompt, request.Completion),
            request.Completion.Split(' ').Length,
            Encoding.UTF8.GetByteCount(request.Completion),
            IsGreedy: false))];
    }

    public IReadOnlyList<TextScore> ScoreText(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return [.. texts.Select(text => new TextScore(
            logProbability("", text), text.Split(' ').Length, Encoding.UTF8.GetByteCount(text)))];
    }
}
