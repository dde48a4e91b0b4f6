using System.Net;
using Puyu.Abstractions;

namespace Puyu.Serving.Proxy;

/// <summary>Where a proxy listens, and how it treats its nodes.</summary>
public sealed record ProxyOptions
{
    /// <summary>Address to listen on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port to listen on; 0 takes a free one.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>How a node is chosen.</summary>
    public RoutingStrategy Strategy { get; init; } = RoutingStrategy.LeastExpectedLatency;

    /// <summary>Keys of which a caller must have one, nodes that register as well; none lets everybody in.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>Time between two questions to a node whether it is healthy.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time after which an unreachable node is forgotten.</summary>
    public TimeSpan Expiration { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Time to reach a node before another one is tried.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of a request at most.</summary>
    public long MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>Requests by which a node may lead the idlest before its cache no longer counts.</summary>
    public int MaxImbalance { get; init; } = 8;

    /// <summary>Seed of the choices by chance.</summary>
    public ulong Seed { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public ProxyOptions Validated()
    {
        var problems = new Problems(nameof(ProxyOptions));
        problems.Require(Port is >= 0 and <= 65535, Port, "must be between 0 and 65535");
        problems.Require(Heartbeat > TimeSpan.Zero, Heartbeat, "must be positive");
        problems.Require(Expiration >= Heartbeat, Expiration, "must be at least the heartbeat");
        problems.Require(ConnectTimeout > TimeSpan.Zero, ConnectTimeout, "must be positive");
        problems.Require(MaxBodyBytes > 0, MaxBodyBytes, "must be positive");
        problems.Require(MaxImbalance >= 0, MaxImbalance, "must not be negative");
        problems.ThrowIfAny();
        return this;
    }
}
