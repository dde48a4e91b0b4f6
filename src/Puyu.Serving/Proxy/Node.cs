namespace Puyu.Serving.Proxy;

/// <summary>A server behind the proxy.</summary>
/// <param name="url">Its address.</param>
/// <param name="speed">Relative speed that it states; positive.</param>
internal sealed class Node(Uri url, double speed)
{
    /// <summary>Weight of the newest latency in the mean.</summary>
    private const double Newest = 0.2;

    private readonly Lock _lock = new();
    private int _unfinished;
    private double _latencySeconds;
    private IReadOnlyList<string> _models = [];

    /// <summary>Its address.</summary>
    public Uri Url => url;

    /// <summary>Relative speed.</summary>
    public double Speed => speed;

    /// <summary>Requests under way.</summary>
    public int Unfinished => Volatile.Read(ref _unfinished);

    /// <summary>Whether it answered last time.</summary>
    public bool IsHealthy { get; set; } = true;

    /// <summary>When it last answered.</summary>
    public DateTimeOffset LastSeen { get; set; }

    /// <summary>Names of the models that it serves.</summary>
    public IReadOnlyList<string> Models
    {
        get => Volatile.Read(ref _models);
        set => Volatile.Write(ref _models, value);
    }

    /// <summary>Mean duration of recent requests in seconds; 0 before the first.</summary>
    public double LatencySeconds
    {
        get
        {
            lock (_lock)
            {
                return _latencySeconds;
            }
        }
    }

    /// <summary>Work before a further request would begin, relative to the speed.</summary>
    public double ExpectedLatency => (Unfinished + 1) / speed;

    /// <summary>Counts a request that begins.</summary>
    public void Begin() => Interlocked.Increment(ref _unfinished);

    /// <summary>Counts a request that ended.</summary>
    /// <param name="duration">How long it took; null if it failed.</param>
    public void End(TimeSpan? duration)
    {
        Interlocked.Decrement(ref _unfinished);
        if (duration is not { } time)
        {
            return;
        }

        lock (_lock)
        {
            _latencySeconds = _latencySeconds == 0
                ? time.TotalSeconds
                : _latencySeconds + (Newest * (time.TotalSeconds - _latencySeconds));
        }
    }
}
