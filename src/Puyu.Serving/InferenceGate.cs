using Puyu.Abstractions.Engine;
using Puyu.Serving.Metrics;

namespace Puyu.Serving;

/// <summary>
/// Lets so many requests in at once; some more wait, and the rest is refused at once. After the order to stop nothing
/// new is let in.
/// </summary>
internal sealed class InferenceGate : IDisposable
{
    /// <summary>Weight of the latest request in the mean duration.</summary>
    private const double Recency = 0.1;

    private readonly IInferenceEngine _engine;
    private readonly ServerOptions _options;
    private readonly ServerMetrics _metrics;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places;
    private int _waiting;
    private int _running;
    private double _meanSeconds = 1;

    public InferenceGate(
        IInferenceEngine engine, ServerOptions options, ServerMetrics metrics, IHostApplicationLifetime lifetime,
        TimeProvider time)
    {
        _engine = engine;
        _options = options;
        _metrics = metrics;
        _lifetime = lifetime;
        _time = time;
        _places = new SemaphoreSlim(options.MaxConcurrent);
    }

    /// <summary>Requests that wait for a place.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Requests being served.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Serves a request once there is a place.</summary>
    /// <exception cref="ApiException">The queue is full, the wait was too long, the model sleeps or the server stops.
    /// </exception>
    public async Task RunAsync(HttpContext context, Func<InferenceCall, Task> handler)
    {
        long received = _time.GetTimestamp();
        await EnterAsync(context.RequestAborted);
        Interlocked.Increment(ref _running);
        var call = new InferenceCall(context, _engine, _metrics, _options, _time, received);
        bool succeeded = false;
        try
        {
            await handler(call);
            succeeded = true;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            _places.Release();
            TimeSpan elapsed = _time.GetElapsedTime(received);
            _meanSeconds += Recency * (elapsed.TotalSeconds - _meanSeconds);
            _metrics.Record(context.Request.Path, elapsed, succeeded);
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task EnterAsync(CancellationToken cancellation)
    {
        if (_lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw ApiException.Unavailable("stopping", "the server is stopping", TimeSpan.FromSeconds(5));
        }

        if (_engine.IsSleeping)
        {
            throw ApiException.Unavailable(
                "sleeping", "the model sleeps until somebody posts to /wakeup", TimeSpan.FromSeconds(5));
        }

        if (_places.Wait(0, CancellationToken.None))
        {
            return;
        }

        if (Interlocked.Increment(ref _waiting) > _options.MaxQueued)
        {
            Interlocked.Decrement(ref _waiting);
            throw ApiException.TooMany(
                $"{_options.MaxConcurrent} requests run and {_options.MaxQueued} wait, which is all that may",
                ExpectedWait(_options.MaxQueued));
        }

        try
        {
            if (!await _places.WaitAsync(_options.QueueTimeout, cancellation))
            {
                throw ApiException.Unavailable(
                    "queue_timeout", $"there was no place within {_options.QueueTimeout.TotalSeconds} s",
                    ExpectedWait(Waiting));
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>When a place for one more will be free, by the mean duration of recent requests.</summary>
    private TimeSpan ExpectedWait(int ahead) =>
        TimeSpan.FromSeconds(Math.Clamp(_meanSeconds * (ahead + 1) / _options.MaxConcurrent, 1, 60));
}
