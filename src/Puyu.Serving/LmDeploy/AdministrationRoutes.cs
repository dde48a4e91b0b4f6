using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.LmDeploy;

/// <summary>Sleep, adapters, aborting and ending: for those who run the server, if it allows them.</summary>
internal static class AdministrationRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        IInferenceEngine engine = routes.ServiceProvider.GetRequiredService<IInferenceEngine>();
        IHostApplicationLifetime lifetime = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
        routes.MapRead("/is_sleeping", context => ReplyAsync(
            context, engine.IsSleeping, static (json, sleeps) => json.WriteBoolean("is_sleeping"u8, sleeps)));
        MapOrder(routes, "/sleep", async context =>
        {
            await engine.SleepAsync(LevelOf(context.Request.Query["level"]), context.RequestAborted);
            await DoneAsync(context);
        });
        MapOrder(routes, "/wakeup", async context =>
        {
            await engine.WakeAsync(context.RequestAborted);
            await DoneAsync(context);
        });
        MapOrder(routes, "/terminate", async context =>
        {
            await DoneAsync(context);
            lifetime.StopApplication();
        });
        MapOrder(routes, "/abort_request", async context =>
        {
            Fields body = await JsonBody.ReadAsync(context);
            string? session = body.Flag("abort_all") == true
                ? null
                : ApiKeyCheck.SessionOf(context, body.Integer("session_id", 0) ?? throw body.Missing("session_id"));
            await ReplyAsync(
                context, engine.Abort(session), static (json, aborted) => json.WriteNumber("aborted"u8, aborted));
        });
        MapAdapters(routes, engine);
    }

    private static void MapAdapters(IEndpointRouteBuilder routes, IInferenceEngine engine)
    {
        MapOrder(routes, "/v1/load_lora_adapter", async context =>
        {
            Fields body = await JsonBody.ReadAsync(context);
            await engine.LoadAdapterAsync(
                body.RequiredText("lora_name"), body.RequiredText("lora_path"), context.RequestAborted);
            await DoneAsync(context);
        });
        MapOrder(routes, "/v1/unload_lora_adapter", async context =>
        {
            Fields body = await JsonBody.ReadAsync(context);
            await engine.UnloadAdapterAsync(body.RequiredText("lora_name"), context.RequestAborted);
            await DoneAsync(context);
        });
    }

    private static void MapOrder(IEndpointRouteBuilder routes, string pattern, RequestDelegate handler)
    {
        ServerOptions options = routes.ServiceProvider.GetRequiredService<ServerOptions>();
        routes.MapPost(pattern, context => options.AllowsAdministration
            ? handler(context)
            : throw ApiException.Forbidden($"{pattern} is for administration, which this server does not allow"));
    }

    private static int LevelOf(string? level) => level switch
    {
        null or "" or "1" => 1,
        "2" => 2,
        _ => throw Fields.OutOfRange("level", level, "must be 1 or 2"),
    };

    private static Task DoneAsync(HttpContext context) =>
        ReplyAsync(context, true, static (json, done) => json.WriteBoolean("success"u8, done));

    private static Task ReplyAsync<T>(HttpContext context, T state, Action<Utf8JsonWriter, T> write) =>
        JsonReply.WriteAsync(context, (state, write), static (json, answer) =>
        {
            json.WriteStartObject();
            answer.write(json, answer.state);
            json.WriteEndObject();
        });
}
