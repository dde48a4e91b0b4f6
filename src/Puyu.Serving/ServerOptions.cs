using Puyu.Abstractions;
using Puyu.Serving.Quotas;

namespace Puyu.Serving;

/// <summary>Where a server listens, whom it serves and how much at once.</summary>
public sealed record ServerOptions
{
    /// <summary>IP address or <c>localhost</c>; <c>0.0.0.0</c> or <c>::</c> for all interfaces.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port; 0 for any that is free.</summary>
    public int Port { get; init; } = 23333;

    /// <summary>
    /// A second port that speaks HTTP/2 alone, which clients of gRPC need where there is no TLS; 0 for any that is
    /// free, null for none.
    /// </summary>
    public int? Http2Port { get; init; }

    /// <summary>Keys of which each request must carry one; empty serves everybody.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>Origins whose pages may call the server; <c>*</c> for all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = ["*"];

    /// <summary>Certificate; null for no encryption.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Largest body of a request.</summary>
    public long MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>Requests served at once.</summary>
    public int MaxConcurrent { get; init; } = 256;

    /// <summary>Requests that wait for a place; those beyond are refused at once.</summary>
    public int MaxQueued { get; init; } = 256;

    /// <summary>How long a request waits for a place.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Quotas of groups of users, which share the places and the queue; null for none.</summary>
    public QosOptions? Qos { get; init; }

    /// <summary>How long running requests may go on once the server is told to stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence on a stream after which a comment is sent, so that nothing between takes it for dead.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether requests for models of other names are answered by this one.</summary>
    public bool AcceptsAnyModel { get; init; }

    /// <summary>How reasoning is told from answers, for models that think before they answer.</summary>
    public ReasoningParser Reasoning { get; init; }

    /// <summary>Whether clients may put the model to sleep, load adapters and abort what others run.</summary>
    public bool AllowsAdministration { get; init; }

    /// <summary>A proxy to register with; null for none.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>A key of the proxy; null if it needs none.</summary>
    public string? ProxyKey { get; init; }

    /// <summary>Address at which the proxy reaches this server; null for the one it listens on.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public ServerOptions Validated()
    {
        var problems = new Problems(nameof(ServerOptions));
        problems.Require(
            Host == "localhost" || System.Net.IPAddress.TryParse(Host, out _), Host,
            "must be an IP address or localhost");
        problems.Require(Port is >= 0 and <= 65535, Port, "must lie in [0, 65535]");
        problems.Require(Http2Port is null or (>= 0 and <= 65535), Http2Port, "must lie in [0, 65535]");
        problems.Require(
            Http2Port is null or 0 || Http2Port != Port, Http2Port, $"must differ from {nameof(Port)}");
        problems.Require(
            ApiKeys.All(key => key.Length > 0), $"{ApiKeys.Count} keys", "none may be empty", nameof(ApiKeys));
        problems.Require(Enum.IsDefined(Reasoning), Reasoning, "must be a known parser");
        problems.Require(MaxBodyBytes > 0, MaxBodyBytes, "must be positive");
        problems.Require(MaxConcurrent > 0, MaxConcurrent, "must be positive");
        problems.Require(MaxQueued >= 0, MaxQueued, "must be at least 0");
        problems.Require(QueueTimeout > TimeSpan.Zero, QueueTimeout, "must be positive");
        problems.Require(DrainTimeout >= TimeSpan.Zero, DrainTimeout, "must be at least 0");
        problems.Require(KeepAlive > TimeSpan.Zero, KeepAlive, "must be positive");
        problems.ThrowIfAny();
        _ = Qos?.Validated(ApiKeys);
        return this;
    }
}

/// <summary>A server's certificate: a PFX file, or PEM files of certificate and key.</summary>
/// <param name="CertificatePath">The PFX file, or the PEM file of the certificate.</param>
/// <param name="KeyPath">The PEM file of the key; null for PFX.</param>
/// <param name="Password">Of the PFX file or the encrypted key; null for none.</param>
public sealed record TlsOptions(string CertificatePath, string? KeyPath = null, string? Password = null);
