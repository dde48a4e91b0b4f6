using System.Net.Http.Json;
using System.Text.Json;

namespace Puyu.Serving.Proxy;

/// <summary>Asks every node from time to time whether it is healthy and what it serves.</summary>
internal sealed partial class NodeMonitor(
    NodeTable nodes, HttpClient client, ProxyOptions options, TimeProvider time, ILogger<NodeMonitor> logger)
    : BackgroundService
{
    /// <summary>Asks a server which models it has.</summary>
    /// <exception cref="HttpRequestException">It does not answer, or with an error.</exception>
    /// <exception cref="InvalidDataException">Its answer is not a list of models.</exception>
    public async Task<IReadOnlyList<string>> ModelsOfAsync(
        Uri url, string? authorization, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = Limit(cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, "/v1/models"));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using HttpResponseMessage answer = await client.SendAsync(request, limit.Token);
        answer.EnsureSuccessStatusCode();
        try
        {
            JsonElement list = await answer.Content.ReadFromJsonAsync<JsonElement>(limit.Token);
            return [.. list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{url} does not answer /v1/models with a list of models", failure);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Heartbeat, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Task.WhenAll(nodes.All.Select(node => AskAsync(node, stoppingToken)));
                nodes.Expire(options.Expiration);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The proxy stops.
        }
    }

    private async Task AskAsync(Node node, CancellationToken cancellation)
    {
        bool wasHealthy = node.IsHealthy;
        try
        {
            using CancellationTokenSource limit = Limit(cancellation);
            using HttpResponseMessage answer = await client.GetAsync(
                new Uri(node.Url, "/health"), limit.Token);
            answer.EnsureSuccessStatusCode();
            nodes.Seen(node);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            node.IsHealthy = false;
        }

        if (node.IsHealthy != wasHealthy)
        {
            LogHealth(node.Url, node.IsHealthy ? "healthy again" : "unreachable");
        }
    }

    private CancellationTokenSource Limit(CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.ConnectTimeout);
        return limit;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} is {State}")]
    private partial void LogHealth(Uri node, string state);
}
