using Puyu.Abstractions;
using Puyu.Abstractions.Engine;

namespace Puyu.Cli.LoadTest;

/// <summary>Times prefill and decode of an engine, without a server between.</summary>
/// <param name="engine">The engine; prompts must not be cached.</param>
/// <param name="options">Validated.</param>
/// <param name="time">The clock.</param>
internal sealed class EngineBench(IInferenceEngine engine, EngineBenchOptions options, TimeProvider time)
{
    private ulong _prompts;

    /// <summary>Prompt tokens a second of one prompt, the median of the rounds.</summary>
    public async Task<double> PrefillAsync(CancellationToken cancellation)
    {
        var rates = new List<double>();
        for (int round = 0; round < options.Rounds; round++)
        {
            (TimeSpan first, _) = await CompleteAsync(options.PromptTokens, 1, cancellation);
            rates.Add(options.PromptTokens / first.TotalSeconds);
        }

        return Median(rates);
    }

    /// <summary>Tokens a second that a batch of sequences decodes together, the median of the rounds.</summary>
    /// <remarks>
    /// Prompts are short, so that all sequences decode at once; what counts is the time from the last first token to
    /// the first last one, and the tokens that all others drew meanwhile.
    /// </remarks>
    public async Task<double> DecodeAsync(int batch, CancellationToken cancellation)
    {
        const int PromptTokens = 16;
        var rates = new List<double>();
        for (int round = 0; round < options.Rounds; round++)
        {
            Task<(TimeSpan First, TimeSpan Last)>[] sequences = [.. Enumerable.Range(0, batch).Select(
                _ => CompleteAsync(PromptTokens, options.CompletionTokens, cancellation))];
            (TimeSpan First, TimeSpan Last)[] times = await Task.WhenAll(sequences);
            double perToken = times.Average(
                pair => (pair.Last - pair.First).TotalSeconds / (options.CompletionTokens - 1));
            rates.Add(batch / perToken);
        }

        return Median(rates);
    }

    private static double Median(List<double> numbers)
    {
        numbers.Sort();
        return numbers[numbers.Count / 2];
    }

    /// <summary>Completes a random prompt.</summary>
    /// <returns>When its first and its last token came, from now.</returns>
    private async Task<(TimeSpan First, TimeSpan Last)> CompleteAsync(
        int promptTokens, int completionTokens, CancellationToken cancellation)
    {
        var random = new CounterRandom(seed: 1, stream: Interlocked.Increment(ref _prompts));
        int[] promptIds = new int[promptTokens];
        for (int i = 0; i < promptIds.Length; i++)
        {
            promptIds[i] = random.NextInt32(engine.Card.VocabSize);
        }

        var request = new CompletionRequest
        {
            Prompt = new Prompt.OfTokens(promptIds),
            Sampling = SamplingOptions.Greedy with { MaxTokens = completionTokens, IgnoresEndOfText = true },
        };
        long began = time.GetTimestamp();
        TimeSpan? first = null;
        int tokens = 0;
        await foreach (CompletionUpdate update in engine.CompleteAsync(request, cancellation))
        {
            tokens += update.TokenIds.Count;
            first ??= tokens > 0 ? time.GetElapsedTime(began) : null;
        }

        return tokens == completionTokens && first is { } when
            ? (when, time.GetElapsedTime(began))
            : throw new InvalidOperationException(
                $"the engine drew {tokens} tokens but {completionTokens} were asked for");
    }
}
