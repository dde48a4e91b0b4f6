using Puyu.Abstractions;

namespace Puyu.Cli.LoadTest;

/// <summary>Sends many requests, some at once, and takes their times.</summary>
/// <param name="options">Validated.</param>
/// <param name="time">The clock.</param>
internal sealed class LoadRun(LoadOptions options, TimeProvider time)
{
    /// <summary>Token ids below this are letters and words in every vocabulary.</summary>
    private const int PromptIds = 500;

    /// <summary>Ids below this are markers in most vocabularies.</summary>
    private const int FirstPromptId = 300;

    /// <summary>Runs the test.</summary>
    /// <param name="report">Told the number of requests done.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<LoadReport> RunAsync(Action<double> report, CancellationToken cancellation)
    {
        using var client = new LoadClient(options, time);
        (string model, long? weightBytes) = await ModelAsync(client, cancellation);
        using var places = new SemaphoreSlim(options.Concurrency);
        var random = new CounterRandom(options.Seed, stream: 0);
        var running = new List<Task<RequestTiming>>();
        int done = 0;
        long began = time.GetTimestamp();
        for (int request = 0; request < options.Requests; request++)
        {
            await WaitForTurnAsync(places, random.NextDouble(), cancellation);
            running.Add(SendAsync(request));
        }

        RequestTiming[] timings = await Task.WhenAll(running);
        return new LoadReport(options, model, weightBytes, timings, time.GetElapsedTime(began));

        async Task<RequestTiming> SendAsync(int request)
        {
            try
            {
                (int[] promptIds, int tokens) = Draw(request);
                return await client.CompleteAsync(model, promptIds, tokens, cancellation);
            }
            finally
            {
                places.Release();
                report(Interlocked.Increment(ref done));
            }
        }
    }

    private async Task<(string Name, long? WeightBytes)> ModelAsync(LoadClient client, CancellationToken cancellation)
    {
        IReadOnlyList<(string Name, long? WeightBytes)> models = await client.ModelsAsync(cancellation);
        foreach ((string name, long? weightBytes) in models)
        {
            if (options.Model is null || name == options.Model)
            {
                return (name, weightBytes);
            }
        }

        string names = string.Join(", ", models.Select(model => model.Name));
        throw new OptionsException($"--model is {options.Model} but the server has {names}");
    }

    /// <summary>Waits for a place, and where a rate is given for an exponential interval before that.</summary>
    private async Task WaitForTurnAsync(SemaphoreSlim places, double uniform, CancellationToken cancellation)
    {
        if (options.Rate is { } rate)
        {
            await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - uniform) / rate), time, cancellation);
        }

        await places.WaitAsync(cancellation);
    }

    /// <summary>Prompt and length of a request: functions of the seed and its number.</summary>
    private (int[] PromptIds, int Tokens) Draw(int request)
    {
        var random = new CounterRandom(options.Seed, stream: (ulong)request + 1);
        int[] promptIds = new int[options.PromptTokens.Draw(ref random)];
        for (int i = 0; i < promptIds.Length; i++)
        {
            promptIds[i] = FirstPromptId + random.NextInt32(PromptIds - FirstPromptId);
        }

        return (promptIds, options.CompletionTokens.Draw(ref random));
    }
}
