using Puyu.Abstractions.Engine;
using Puyu.Serving.Metrics;
using Puyu.Serving.Quotas;

namespace Puyu.Serving;

/// <summary>
/// Lets so many requests in at once; some more wait, and the rest is refused at once. After the order to stop nothing
/// new is let in.
/// </summary>
internal sealed class InferenceGate
{
    /// <summary>Weight of the latest request in the mean duration.</summary>
    private const double Recency = 0.1;

    private readonly IInferenceEngine _engine;
    private readonly ServerOptions _options;
    private readonly ServerMetrics _metrics;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly UserGroups _groups;
    private readonly PlaceQueue _places;
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
        _groups = new UserGroups(options, time);
        _places = new PlaceQueue(options.MaxConcurrent, options.QueueTimeout, time);
    }

    /// <summary>Requests that wait for a place.</summary>
    public int Waiting => _places.Waiting;

    /// <summary>Requests being served.</summary>
    public int Running => _places.Running;

    /// <summary>Serves a request once there is a place.</summary>
    /// <param name="context">The request.</param>
    /// <param name="handler">Answers it.</param>
    /// <param name="body">Its body, which may name a user; null where it is no JSON object.</param>
    /// <exception cref="ApiException">
    /// The queue is full, the wait was too long, a quota is used up, the model sleeps or the server stops.
    /// </exception>
    public async Task RunAsync(HttpContext context, Func<InferenceCall, Task> handler, Fields? body = null)
    {
        long received = _time.GetTimestamp();
        RequireService();
        GroupQuota group = _groups.Of(ApiKeyCheck.TenantOf(context), body);
        UserGroups.RequireTokens(group);
        await EnterAsync(group, context.RequestAborted);
        var call = new InferenceCall(context, _engine, _metrics, _options, _time, received, group);
        bool succeeded = false;
        try
        {
            await handler(call);
            succeeded = true;
        }
        finally
        {
            _places.Leave(group);
            TimeSpan elapsed = _time.GetElapsedTime(received);
            _meanSeconds += Recency * (elapsed.TotalSeconds - _meanSeconds);
            _metrics.Record(context.Request.Path, elapsed, succeeded);
        }
    }

    private void RequireService()
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
    }

    private async Task EnterAsync(GroupQuota group, CancellationToken cancellation)
    {
        try
        {
            if (!await _places.EnterAsync(group, cancellation))
            {
                throw ApiException.TooMany(
                    group.Name is null
                        ? $"{_options.MaxConcurrent} requests run and {_options.MaxQueued} wait, which is all that may"
                        : $"group {group.Name} has {group.MaxWaiting} requests waiting, which is all that its share "
                            + $"of {_options.MaxQueued} allows",
                    ExpectedWait(Waiting));
            }
        }
        catch (TimeoutException)
        {
            throw ApiException.Unavailable(
                "queue_timeout", $"there was no place within {_options.QueueTimeout.TotalSeconds} s",
                ExpectedWait(Waiting));
        }
    }

    /// <summary>When a place for one more will be free, by the mean duration of recent requests.</summary>
    private TimeSpan ExpectedWait(int ahead) =>
        TimeSpan.FromSeconds(Math.Clamp(_meanSeconds * (ahead + 1) / _options.MaxConcurrent, 1, 60));
}
