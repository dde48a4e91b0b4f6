namespace Puyu.Serving;

/// <summary>Adds the kinds of routes that the server has.</summary>
internal static class RoutesExtensions
{
    private static readonly string[] _read = ["GET", "HEAD"];

    /// <summary>Adds a POST of JSON that needs the model, and so a place.</summary>
    public static void MapInference(
        this IEndpointRouteBuilder routes, string pattern, Func<InferenceCall, Fields, Task> handler)
    {
        InferenceGate gate = routes.ServiceProvider.GetRequiredService<InferenceGate>();
        routes.MapPost(pattern, async (HttpContext context) =>
        {
            Fields body = await JsonBody.ReadAsync(context);
            await gate.RunAsync(context, call => handler(call, body), body);
        });
    }

    /// <summary>Adds a POST of JSON that is answered at once.</summary>
    public static void MapJson(
        this IEndpointRouteBuilder routes, string pattern, Func<HttpContext, Fields, Task> handler) => routes.MapPost(
            pattern, async (HttpContext context) => await handler(context, await JsonBody.ReadAsync(context)));

    /// <summary>Adds a GET, which HEAD may ask for too.</summary>
    public static void MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) =>
        routes.MapMethods(pattern, _read, handler);
}
