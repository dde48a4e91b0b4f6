using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Puyu.Serving.Proxy;

/// <summary>
/// Tells a proxy of this server, again and again: a proxy that was started anew, or had given the server up, knows it
/// within an interval.
/// </summary>
/// <param name="proxy">Address of the proxy.</param>
/// <param name="self">Address at which the proxy reaches this server; asked once it listens.</param>
/// <param name="apiKey">A key of the proxy; null for none.</param>
/// <param name="time">Measures the intervals.</param>
/// <param name="logger">Told when the proxy cannot be reached.</param>
internal sealed partial class NodeRegistration(
    Uri proxy, Func<Uri?> self, string? apiKey, TimeProvider time, ILogger<NodeRegistration> logger)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = new() { Timeout = _interval };
    private bool _isKnown;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (self() is { } url)
                {
                    await TellAsync("/nodes/add", url, stoppingToken);
                    timer.Period = _interval;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <inheritdoc/>
    /// <remarks>Before the server drains, so that no request comes that it would refuse.</remarks>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_isKnown && self() is { } url)
        {
            await TellAsync("/nodes/remove", url, CancellationToken.None);
        }
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task TellAsync(string path, Uri url, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(proxy, path))
            {
                Content = JsonContent.Create(new { url = url.AbsoluteUri }),
            };
            request.Headers.Authorization = apiKey is null ? null : new AuthenticationHeaderValue("Bearer", apiKey);
            using HttpResponseMessage answer = await _client.SendAsync(request, cancellation);
            answer.EnsureSuccessStatusCode();
            _isKnown = true;
        }
        catch (Exception failure) when (failure is HttpRequestException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            LogUnreachable(proxy, failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the proxy {Proxy} does not take this server: {Reason}")]
    private partial void LogUnreachable(Uri proxy, string reason);
}
