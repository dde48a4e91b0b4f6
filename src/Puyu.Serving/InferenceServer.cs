using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Anthropic;
using Puyu.Serving.KServe;
using Puyu.Serving.LmDeploy;
using Puyu.Serving.Metrics;
using Puyu.Serving.OpenAi;
using Puyu.Serving.Page;
using Puyu.Serving.Proxy;

namespace Puyu.Serving;

/// <summary>Serves a model over HTTP, with the protocols of OpenAI and LMDeploy.</summary>
/// <remarks>
/// SIGTERM and Ctrl+C stop it: it takes no new requests, lets the running ones finish, and ends. The engine stays the
/// caller's.
/// </remarks>
public sealed class InferenceServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    /// <param name="engine">What completes prompts.</param>
    /// <param name="options">Where and how to serve.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="OptionsException">An option is out of range.</exception>
    public InferenceServer(IInferenceEngine engine, ServerOptions options, TimeProvider time)
    {
        options = options.Validated();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout);
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. options.AllowedOrigins]).AllowAnyHeader().AllowAnyMethod()
            .WithExposedHeaders("Retry-After")));
        builder.Services
            .AddSingleton(engine)
            .AddSingleton(options)
            .AddSingleton(time)
            .AddSingleton<ServerMetrics>()
            .AddSingleton<InferenceGate>();
        if (options.Proxy is { } proxy)
        {
            builder.Services.AddHostedService(services => new NodeRegistration(
                proxy, () => options.PublicUrl ?? ReachableAddress, options.ProxyKey, time,
                services.GetRequiredService<ILogger<NodeRegistration>>()));
        }

        _app = builder.Build();
        _app.UseCors();
        _app.UseMiddleware<ErrorPages>();
        _app.UseMiddleware<ApiKeyCheck>();
        _app.UseRouting();
        StatusRoutes.Map(_app);
        PageRoutes.Map(_app);
        OpenAiRoutes.Map(_app);
        KServeRoutes.Map(_app);
        MessagesRoute.Map(_app);
        LmDeployRoutes.Map(_app);
        AdministrationRoutes.Map(_app);
    }

    /// <summary>Where it listens, once started; e.g. <c>http://127.0.0.1:23333</c>.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _app.Services.GetRequiredService<IServer>().Features
        .GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => new Uri(address))];

    /// <summary>
    /// The first address, by the name of this machine where it is all interfaces; null before the start.
    /// </summary>
    private Uri? ReachableAddress => Addresses switch
    {
        [] => null,
        [{ HostNameType: UriHostNameType.IPv4 or UriHostNameType.IPv6 } first, ..]
            when IPAddress.Parse(first.Host.Trim('[', ']')) is var ip
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)) =>
            new UriBuilder(first) { Host = Dns.GetHostName() }.Uri,
        [var first, ..] => first,
    };

    /// <summary>Starts listening.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    /// <summary>Waits until SIGTERM, Ctrl+C or the token, then lets running requests finish and stops.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) =>
        _app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Lets running requests finish and stops.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;

        // A stream is silent while the model reads the prompt, and its reader may take its time.
        kestrel.Limits.MinResponseDataRate = null;
        // Without TLS nothing tells the versions of HTTP apart.
        Listen(
            kestrel, options, options.Port,
            options.Tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2);
        if (options.Http2Port is { } port)
        {
            Listen(kestrel, options with { Tls = null }, port, HttpProtocols.Http2);
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ServerOptions options, int port, HttpProtocols protocols)
    {
        if (options.Host == "localhost" && port != 0)
        {
            kestrel.ListenLocalhost(port, Configure);
        }
        else
        {
            // Any free port exists for one address alone.
            IPAddress address = options.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(options.Host);
            kestrel.Listen(address, port, Configure);
        }

        void Configure(ListenOptions listen)
        {
            listen.Protocols = protocols;
            if (options.Tls is { } tls)
            {
                listen.UseHttps(Load(tls));
            }
        }
    }

    private static X509Certificate2 Load(TlsOptions tls)
    {
        if (tls.KeyPath is null)
        {
            return X509CertificateLoader.LoadPkcs12FromFile(tls.CertificatePath, tls.Password);
        }

        return tls.Password is null
            ? X509Certificate2.CreateFromPemFile(tls.CertificatePath, tls.KeyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(tls.CertificatePath, tls.Password, tls.KeyPath);
    }
}
