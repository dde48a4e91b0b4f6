using System.Reflection;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.KServe;

/// <summary>The Open Inference Protocol over HTTP, with Triton's generate extension.</summary>
internal static class KServeRoutes
{
    /// <summary>What the server calls itself.</summary>
    public const string ServerName = "puyu";

    /// <summary>What it can do beside the protocol.</summary>
    public static readonly string[] Extensions = ["binary_tensor_data", "generate"];

    /// <summary>Its version.</summary>
    public static readonly string ServerVersion =
        typeof(KServeRoutes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Adds the routes of both transports.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var model = new KServeModel(routes.ServiceProvider.GetRequiredService<IInferenceEngine>());
        GrpcRoutes.Map(routes, model);
        routes.MapRead("/v2", context => ReplyAsync(context, new JsonObject
        {
            ["name"] = ServerName,
            ["version"] = ServerVersion,
            ["extensions"] = new JsonArray([.. Extensions.Select(name => JsonValue.Create(name))]),
        }));
        routes.MapRead("/v2/health/live", context => ReplyAsync(context, new JsonObject { ["live"] = true }));
        routes.MapRead("/v2/health/ready", context => ReadyAsync(context, model));
        foreach (string path in (string[])["/v2/models/{model}", "/v2/models/{model}/versions/{version}"])
        {
            routes.MapRead(path, context => ReplyAsync(context, Metadata(ModelOf(context, model))));
            routes.MapRead(path + "/ready", context =>
            {
                ModelOf(context, model);
                return ReadyAsync(context, model);
            });
            Post(routes, path + "/infer", place => InferAsync(place, model));
            Post(routes, path + "/generate", place => GenerateAsync(place, model));
            Post(routes, path + "/generate_stream", place => StreamAsync(place, model));
        }
    }

    private static void Post(IEndpointRouteBuilder routes, string pattern, Func<InferenceCall, Task> handler)
    {
        InferenceGate gate = routes.ServiceProvider.GetRequiredService<InferenceGate>();
        routes.MapPost(pattern, (HttpContext context) => gate.RunAsync(context, handler));
    }

    private static string ModelOf(HttpContext context, KServeModel model) =>
        model.Require((string)context.Request.RouteValues["model"]!);

    private static JsonObject Metadata(string name) => new()
    {
        ["name"] = name,
        ["versions"] = new JsonArray("1"),
        ["platform"] = ServerName,
        ["inputs"] = Tensors(KServeModel.Inputs),
        ["outputs"] = Tensors(KServeModel.Outputs),
    };

    private static JsonArray Tensors(IReadOnlyList<(string Name, TensorDatatype Datatype)> tensors) =>
        [.. tensors.Select(tensor => new JsonObject
        {
            ["name"] = tensor.Name,
            ["datatype"] = tensor.Datatype.Name(),
            ["shape"] = new JsonArray(-1),
        })];

    private static Task ReadyAsync(HttpContext context, KServeModel model)
    {
        context.Response.StatusCode = model.IsReady
            ? StatusCodes.Status200OK
            : StatusCodes.Status503ServiceUnavailable;
        return ReplyAsync(context, new JsonObject { ["ready"] = model.IsReady });
    }

    private static async Task InferAsync(InferenceCall place, KServeModel model)
    {
        HttpContext context = place.Context;
        string name = ModelOf(context, model);
        string? jsonLength = context.Request.Headers[InferBody.LengthHeader];
        InferenceCallData call = InferBody.Read(name, await BodyAsync(context), jsonLength);
        if (KServeModel.Streams(call))
        {
            throw ApiException.Invalid("infer gives one answer; use generate_stream for a stream", "stream");
        }

        await ReplyAsync(context, InferBody.Answer(call, await KServeModel.CompleteAsync(place, call)));
    }

    private static async Task GenerateAsync(InferenceCall place, KServeModel model)
    {
        HttpContext context = place.Context;
        InferenceCallData call = InferBody.ReadFlat(ModelOf(context, model), await BodyAsync(context));
        await ReplyAsync(context, InferBody.FlatAnswer(call, await KServeModel.CompleteAsync(place, call)));
    }

    private static async Task StreamAsync(InferenceCall place, KServeModel model)
    {
        HttpContext context = place.Context;
        InferenceCallData call = InferBody.ReadFlat(ModelOf(context, model), await BodyAsync(context));
        await using EventStream stream = place.OpenEvents();
        await stream.RunAsync(async events =>
        {
            await foreach (IReadOnlyList<InferenceTensor> outputs in KServeModel.StreamAsync(place, call))
            {
                await events.WriteAsync(
                    InferBody.FlatAnswer(call, outputs), static (json, answer) => answer.WriteTo(json));
            }
        });
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static Task ReplyAsync(HttpContext context, JsonObject answer) =>
        JsonReply.WriteAsync(context, answer, static (json, answer) => answer.WriteTo(json));
}
