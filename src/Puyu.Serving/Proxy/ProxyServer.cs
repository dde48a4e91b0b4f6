using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Puyu.Abstractions;
using Puyu.Serving.Page;

namespace Puyu.Serving.Proxy;

/// <summary>One address for many servers. See docs/proxy.md.</summary>
/// <remarks>
/// Servers register themselves and are asked regularly whether they are healthy. A request goes to one that serves its
/// model; what a server that dies was answering fails, and nothing else.
/// </remarks>
public sealed class ProxyServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    /// <param name="options">Where to listen, and how to treat nodes.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="OptionsException">An option is out of range.</exception>
    public ProxyServer(ProxyOptions options, TimeProvider time)
    {
        options = options.Validated();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(
            policy => policy.AllowAnyOrigin().AllowAnyHeader().AllowAnyMethod()));
        builder.Services
            .AddSingleton(options)
            .AddSingleton(new ServerOptions { ApiKeys = options.ApiKeys })
            .AddSingleton(time)
            .AddSingleton(_ => ClientFor(options))
            .AddSingleton<NodeTable>()
            .AddSingleton<NodeChooser>()
            .AddSingleton<Forwarder>()
            .AddSingleton<NodeMonitor>()
            .AddHostedService(services => services.GetRequiredService<NodeMonitor>());

        _app = builder.Build();
        _app.UseCors();
        _app.UseMiddleware<BrokenStreams>();
        _app.UseMiddleware<ErrorPages>();
        _app.UseMiddleware<ApiKeyCheck>();
        _app.UseRouting();
        PageRoutes.Map(_app);
        ProxyRoutes.Map(_app);
    }

    /// <summary>Where it listens, once started.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features
        .GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

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

    private static HttpClient ClientFor(ProxyOptions options) => new(new SocketsHttpHandler
    {
        ConnectTimeout = options.ConnectTimeout,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        // Completions may take their time; a client that leaves ends the request.
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
