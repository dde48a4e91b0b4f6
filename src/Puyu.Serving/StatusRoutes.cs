using Puyu.Abstractions.Engine;
using Puyu.Serving.Metrics;

namespace Puyu.Serving;

/// <summary>Whether the server lives, and what it does.</summary>
internal static class StatusRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        IInferenceEngine engine = services.GetRequiredService<IInferenceEngine>();
        InferenceGate gate = services.GetRequiredService<InferenceGate>();
        ServerMetrics metrics = services.GetRequiredService<ServerMetrics>();
        IHostApplicationLifetime lifetime = services.GetRequiredService<IHostApplicationLifetime>();

        routes.MapRead("/health", context => WriteAsync(context, StatusOf(engine, lifetime), ready: true));
        routes.MapRead("/ready", context =>
        {
            string status = StatusOf(engine, lifetime);
            return WriteAsync(context, status, ready: status == "ok");
        });
        routes.MapRead("/metrics", context =>
        {
            context.Response.ContentType = PrometheusText.ContentType;
            return context.Response.WriteAsync(PrometheusText.Write(engine, gate, metrics), context.RequestAborted);
        });
    }

    private static string StatusOf(IInferenceEngine engine, IHostApplicationLifetime lifetime) =>
        lifetime.ApplicationStopping.IsCancellationRequested ? "stopping" : engine.IsSleeping ? "sleeping" : "ok";

    private static Task WriteAsync(HttpContext context, string status, bool ready)
    {
        context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return JsonReply.WriteAsync(context, status, static (json, status) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, status);
            json.WriteEndObject();
        });
    }
}
