using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Puyu.Abstractions.Engine;
using Puyu.Serving.LmDeploy;

namespace Puyu.Serving.Metrics;

/// <summary>
/// What requests take: distributions for Prometheus, the same as instruments and spans with OpenTelemetry's names.
/// </summary>
/// <remarks>
/// Meter and activity source are called <c>Puyu.Serving</c>. Source of the names: OpenTelemetry, Semantic Conventions
/// for Generative AI, 1.37.
/// </remarks>
internal sealed class ServerMetrics : IDisposable
{
    public const string Name = "Puyu.Serving";

    private static readonly double[] _seconds =
    [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
        2560,
    ];

    private static readonly double[] _gaps =
        [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10, 20, 40, 80];

    private static readonly double[] _tokens =
        [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000];

    private static readonly ActivitySource _activities = new(Name);

    private readonly TimeProvider _time;
    private readonly Meter _meter = new(Name);
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _perToken;
    private readonly Histogram<long> _tokenUsage;
    private readonly ConcurrentDictionary<string, long> _finished = new();
    private long _succeeded;
    private long _failed;

    public ServerMetrics(TimeProvider time)
    {
        _time = time;
        _requestDuration = _meter.CreateHistogram<double>("gen_ai.server.request.duration", "s");
        _firstToken = _meter.CreateHistogram<double>("gen_ai.server.time_to_first_token", "s");
        _perToken = _meter.CreateHistogram<double>("gen_ai.server.time_per_output_token", "s");
        _tokenUsage = _meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}");
    }

    public Distribution TimeToFirstToken { get; } = new(
        "lmdeploy:time_to_first_token_seconds", "Seconds from a request's arrival to its first token.", _seconds);

    public Distribution TimePerOutputToken { get; } = new(
        "lmdeploy:time_per_output_token_seconds", "Seconds a token after the first, mean of a completion.", _gaps);

    public Distribution InterTokenLatency { get; } = new(
        "lmdeploy:iter_token_latency", "Seconds between one piece of a completion and the next.", _gaps);

    public Distribution RequestLatency { get; } = new(
        "lmdeploy:e2e_request_latency_seconds", "Seconds from a request's arrival to its end.", _seconds);

    public Distribution PromptTokens { get; } = new(
        "lmdeploy:request_prompt_tokens", "Tokens of a prompt.", _tokens);

    public Distribution CompletionTokens { get; } = new(
        "lmdeploy:request_generation_tokens", "Tokens of a completion.", _tokens);

    public long Succeeded => Volatile.Read(ref _succeeded);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Completions by the reason of their end.</summary>
    public IReadOnlyDictionary<string, long> Finished => _finished;

    /// <summary>Notes the end of a request.</summary>
    public void Record(string route, TimeSpan elapsed, bool succeeded)
    {
        if (succeeded)
        {
            Interlocked.Increment(ref _succeeded);
        }
        else
        {
            Interlocked.Increment(ref _failed);
        }

        RequestLatency.Observe(elapsed.TotalSeconds);
        _requestDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("http.route", route));
    }

    /// <summary>Passes the updates of a completion through, and takes their times.</summary>
    /// <param name="engine">Completes.</param>
    /// <param name="request">What it is asked.</param>
    /// <param name="received">Timestamp of the request's arrival.</param>
    /// <param name="cancellation">Ends the completion.</param>
    public async IAsyncEnumerable<CompletionUpdate> Measure(
        IInferenceEngine engine, CompletionRequest request, long received,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        string model = request.Adapter ?? engine.Card.Name;
        using Activity? activity = _activities.StartActivity($"text_completion {model}");
        activity?.SetTag("gen_ai.operation.name", "text_completion").SetTag("gen_ai.request.model", model);
        var clocks = new CompletionClock[request.Choices];
        int promptTokens = 0;
        try
        {
            await foreach (CompletionUpdate update in engine.CompleteAsync(request, cancellation))
            {
                promptTokens = Math.Max(promptTokens, update.PromptTokens);
                Take(update, ref clocks[update.Choice], received);
                yield return update;
            }
        }
        finally
        {
            Conclude(clocks, promptTokens, activity);
        }
    }

    public void Dispose() => _meter.Dispose();

    private void Take(CompletionUpdate update, ref CompletionClock clock, long received)
    {
        if (update.TokenIds.Count > 0)
        {
            long now = _time.GetTimestamp();
            if (clock.Tokens == 0)
            {
                double first = _time.GetElapsedTime(received, now).TotalSeconds;
                TimeToFirstToken.Observe(first);
                _firstToken.Record(first);
                clock.First = now;
            }
            else
            {
                InterTokenLatency.Observe(_time.GetElapsedTime(clock.Last, now).TotalSeconds);
            }

            clock.Last = now;
            clock.Tokens += update.TokenIds.Count;
        }

        if (update.FinishReason is { } reason)
        {
            _finished.AddOrUpdate(Names.Of(reason), 1, static (_, count) => count + 1);
        }
    }

    private void Conclude(CompletionClock[] clocks, int promptTokens, Activity? activity)
    {
        int tokens = 0;
        foreach (CompletionClock clock in clocks)
        {
            tokens += clock.Tokens;
            if (clock.Tokens > 0)
            {
                CompletionTokens.Observe(clock.Tokens);
            }

            if (clock.Tokens > 1)
            {
                double perToken = _time.GetElapsedTime(clock.First, clock.Last).TotalSeconds / (clock.Tokens - 1);
                TimePerOutputToken.Observe(perToken);
                _perToken.Record(perToken);
            }
        }

        PromptTokens.Observe(promptTokens);
        _tokenUsage.Record(promptTokens, new KeyValuePair<string, object?>("gen_ai.token.type", "input"));
        _tokenUsage.Record(tokens, new KeyValuePair<string, object?>("gen_ai.token.type", "output"));
        activity?.SetTag("gen_ai.usage.input_tokens", promptTokens).SetTag("gen_ai.usage.output_tokens", tokens);
    }

    /// <summary>Timestamps of a choice.</summary>
    private struct CompletionClock
    {
        public long First;
        public long Last;
        public int Tokens;
    }
}
