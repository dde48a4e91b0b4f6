using System.Diagnostics;
using Microsoft.Extensions.Primitives;

namespace Puyu.Serving.Proxy;

/// <summary>Passes requests on to nodes, and their answers back as they come.</summary>
/// <remarks>
/// A node that cannot be reached costs a request nothing but time: another one is tried, as long as no byte of an
/// answer has gone out. Once one has, a node that dies ends its own streams: with an error event, then by closing the
/// connection, since some clients overlook the event.
/// </remarks>
internal sealed partial class Forwarder(
    NodeTable nodes, NodeChooser chooser, HttpClient client, ProxyOptions options, TimeProvider time,
    ILogger<Forwarder> logger)
{
    /// <summary>Headers that speak of one connection and are not passed on (RFC 9110, section 7.6.1).</summary>
    private static readonly HashSet<string> _ofConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "Host", "Content-Length",
    };

    /// <summary>Answers a request by a node's answer.</summary>
    /// <exception cref="ApiException">No node serves the model, or none can be reached.</exception>
    public async Task ForwardAsync(HttpContext context, RoutedRequest request)
    {
        HashSet<Node> tried = [];
        while (true)
        {
            Node[] candidates = [.. nodes.Serving(request.Model).Where(node => !tried.Contains(node))];
            if (candidates.Length == 0)
            {
                throw Unavailable(request.Model);
            }

            Node node = chooser.Choose(candidates, request.Prompt.Span);
            tried.Add(node);
            if (await TryForwardAsync(context, request, node))
            {
                return;
            }
        }
    }

    /// <returns>False if the node could not be reached, so that another one may be tried.</returns>
    private async Task<bool> TryForwardAsync(HttpContext context, RoutedRequest request, Node node)
    {
        long began = time.GetTimestamp();
        TimeSpan? duration = null;
        node.Begin();
        try
        {
            using HttpRequestMessage message = MessageFor(context.Request, request, node);
            using HttpResponseMessage answer = await client.SendAsync(
                message, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            await PassBackAsync(context, answer, node);
            duration = time.GetElapsedTime(began);
            return true;
        }
        catch (HttpRequestException failure) when (!context.Response.HasStarted)
        {
            node.IsHealthy = false;
            LogUnreachable(node.Url, failure.Message);
            return false;
        }
        finally
        {
            node.End(duration);
        }
    }

    private async Task PassBackAsync(HttpContext context, HttpResponseMessage answer, Node node)
    {
        HttpResponse response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach ((string name, IEnumerable<string> values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!_ofConnection.Contains(name))
            {
                response.Headers[name] = new StringValues([.. values]);
            }
        }

        response.ContentLength = answer.Content.Headers.ContentLength;
        await response.StartAsync(context.RequestAborted);
        await using Stream body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        byte[] buffer = new byte[16 * 1024];
        while (await ReadAsync(context, body, buffer, node) is var count and > 0)
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            await response.Body.FlushAsync(context.RequestAborted);
        }
    }

    /// <exception cref="ApiException">The node went away in the middle of its answer.</exception>
    private async ValueTask<int> ReadAsync(HttpContext context, Stream body, byte[] buffer, Node node)
    {
        try
        {
            return await body.ReadAsync(buffer, context.RequestAborted);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            node.IsHealthy = false;
            LogUnreachable(node.Url, failure.Message);
            throw new ApiException(
                StatusCodes.Status502BadGateway, "server_error", "node_lost",
                $"the node {node.Url} went away in the middle of its answer; send the request again");
        }
    }

    private static HttpRequestMessage MessageFor(HttpRequest received, RoutedRequest request, Node node)
    {
        var message = new HttpRequestMessage(
            new HttpMethod(received.Method), new Uri(node.Url, $"{received.Path}{received.QueryString}"))
        {
            Content = new ReadOnlyMemoryContent(request.Body),
        };
        foreach ((string name, StringValues values) in received.Headers)
        {
            if (!_ofConnection.Contains(name)
                && !message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        Activity.Current?.SetTag("server.address", node.Url.Host);
        return message;
    }

    private ApiException Unavailable(string? model) => nodes.Knows(model)
        ? ApiException.Unavailable(
            "no_node", "no node that serves this model can be reached", options.Heartbeat)
        : ApiException.UnknownModel(
            model ?? "", string.Join(", ", nodes.All.SelectMany(node => node.Models).Distinct().Order()));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} cannot be reached: {Reason}")]
    private partial void LogUnreachable(Uri node, string reason);
}
