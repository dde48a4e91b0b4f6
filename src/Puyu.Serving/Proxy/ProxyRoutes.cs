using System.Text.Json;

namespace Puyu.Serving.Proxy;

/// <summary>Routes of a proxy: its own for nodes, and everything else for the nodes.</summary>
internal static class ProxyRoutes
{
    private static readonly string[] _methods = ["GET", "POST"];

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/health", context => JsonReply.WriteAsync(
            context, "ok", static (json, status) => WriteStatus(json, status)));
        routes.MapRead("/v1/models", ListModelsAsync);
        routes.MapRead("/nodes/status", ListNodesAsync);
        routes.MapPost("/nodes/add", AddAsync);
        routes.MapPost("/nodes/remove", RemoveAsync);
        foreach (string path in (string[])["/v1/{**path}", "/v2/{**path}", "/generate"])
        {
            routes.MapMethods(path, _methods, ForwardAsync);
        }
    }

    private static async Task ForwardAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        await context.RequestServices.GetRequiredService<Forwarder>()
            .ForwardAsync(context, RoutedRequest.Of(body.ToArray()));
    }

    private static Task ListModelsAsync(HttpContext context)
    {
        string[] models = [.. Nodes(context).Serving(model: null).SelectMany(node => node.Models).Distinct().Order()];
        return JsonReply.WriteAsync(context, models, static (json, models) =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (string model in models)
            {
                json.WriteStartObject();
                json.WriteString("id", model);
                json.WriteString("object", "model");
                json.WriteNumber("created", 0);
                json.WriteString("owned_by", "puyu");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Task ListNodesAsync(HttpContext context) =>
        JsonReply.WriteAsync(context, Nodes(context).All, static (json, nodes) =>
        {
            json.WriteStartObject();
            foreach (Node node in nodes)
            {
                json.WriteStartObject(node.Url.AbsoluteUri);
                json.WriteBoolean("healthy", node.IsHealthy);
                json.WriteStartArray("models");
                foreach (string model in node.Models)
                {
                    json.WriteStringValue(model);
                }

                json.WriteEndArray();
                json.WriteNumber("unfinished", node.Unfinished);
                json.WriteNumber("latency_seconds", node.LatencySeconds);
                json.WriteNumber("speed", node.Speed);
                json.WriteString("last_seen", node.LastSeen);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });

    /// <summary>Takes a node once it has said which models it serves.</summary>
    private static async Task AddAsync(HttpContext context)
    {
        Fields body = await JsonBody.ReadAsync(context);
        Uri url = UrlOf(body);
        double speed = body.Number("speed", 0.001f, 1e6f) ?? 1;
        NodeMonitor monitor = context.RequestServices.GetRequiredService<NodeMonitor>();
        try
        {
            IReadOnlyList<string> models = await monitor.ModelsOfAsync(
                url, context.Request.Headers.Authorization, context.RequestAborted);
            Nodes(context).Add(url, models, speed);
        }
        catch (Exception failure) when (failure is HttpRequestException or InvalidDataException
            || (failure is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            throw ApiException.Invalid($"{url} does not serve models: {failure.Message}", "url");
        }

        await JsonReply.WriteAsync(context, "added", static (json, status) => WriteStatus(json, status));
    }

    private static async Task RemoveAsync(HttpContext context)
    {
        Uri url = UrlOf(await JsonBody.ReadAsync(context));
        if (!Nodes(context).Remove(url))
        {
            throw ApiException.NotFound($"there is no node {url}");
        }

        await JsonReply.WriteAsync(context, "removed", static (json, status) => WriteStatus(json, status));
    }

    private static Uri UrlOf(Fields body)
    {
        string text = body.RequiredText("url");
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? new Uri(url.GetLeftPart(UriPartial.Authority))
            : throw ApiException.Invalid($"url is {text} but must be an address such as http://host:23333", "url");
    }

    private static NodeTable Nodes(HttpContext context) => context.RequestServices.GetRequiredService<NodeTable>();

    private static void WriteStatus(Utf8JsonWriter json, string status)
    {
        json.WriteStartObject();
        json.WriteString("status", status);
        json.WriteEndObject();
    }
}
