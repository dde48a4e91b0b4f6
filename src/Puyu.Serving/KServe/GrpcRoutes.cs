using System.Globalization;
using System.Text;
using Google.Protobuf;
using Puyu.Abstractions.Engine;
using Puyu.Serving.KServe.Messages;

namespace Puyu.Serving.KServe;

/// <summary>The Open Inference Protocol over gRPC. See docs/decisions/0009-grpc-and-proxy-by-hand.md.</summary>
internal static class GrpcRoutes
{
    private const string Service = "/inference.GRPCInferenceService/";
    private const string ContentType = "application/grpc";

    /// <summary>Adds the methods of the service.</summary>
    public static void Map(IEndpointRouteBuilder routes, KServeModel model)
    {
        Unary(routes, "ServerLive", ServerLiveRequest.Parser, _ => new ServerLiveResponse { Live = true });
        Unary(routes, "ServerReady", ServerReadyRequest.Parser, _ => new ServerReadyResponse { Ready = model.IsReady });
        Unary(routes, "ModelReady", ModelReadyRequest.Parser, request =>
        {
            model.Require(request.Name);
            return new ModelReadyResponse { Ready = model.IsReady };
        });
        Unary(routes, "ServerMetadata", ServerMetadataRequest.Parser, _ => new ServerMetadataResponse
        {
            Name = KServeRoutes.ServerName,
            Version = KServeRoutes.ServerVersion,
            Extensions = { KServeRoutes.Extensions },
        });
        Unary(routes, "ModelMetadata", ModelMetadataRequest.Parser, request => Metadata(model.Require(request.Name)));
        Method(routes, "ModelInfer", place => InferAsync(model, place));
        Method(routes, "ModelStreamInfer", place => StreamAsync(model, place));
        routes.MapPost(Service + "{method}", (HttpContext context) => AnswerAsync(
            context, () => throw new NotSupportedException($"there is no method {context.Request.Path}")));
    }

    private static ModelMetadataResponse Metadata(string name)
    {
        var metadata = new ModelMetadataResponse
        {
            Name = name,
            Versions = { "1" },
            Platform = KServeRoutes.ServerName,
        };
        metadata.Inputs.Add(KServeModel.Inputs.Select(Tensor));
        metadata.Outputs.Add(KServeModel.Outputs.Select(Tensor));
        return metadata;

        static ModelMetadataResponse.Types.TensorMetadata Tensor((string Name, TensorDatatype Datatype) tensor) => new()
        {
            Name = tensor.Name,
            Datatype = tensor.Datatype.Name(),
            Shape = { -1 },
        };
    }

    private static async Task InferAsync(KServeModel model, InferenceCall place)
    {
        HttpContext context = place.Context;
        ModelInferRequest request = await ReadAsync(context, ModelInferRequest.Parser);
        InferenceCallData data = GrpcMessages.Read(request);
        model.Require(data.Model);
        if (KServeModel.Streams(data))
        {
            throw ApiException.Invalid("ModelInfer gives one answer; use ModelStreamInfer for a stream", "stream");
        }

        ModelInferResponse answer = GrpcMessages.Answer(data, await KServeModel.CompleteAsync(place, data));
        await GrpcFrames.WriteAsync(context.Response.BodyWriter, answer, context.RequestAborted);
    }

    /// <summary>Answers one request after the other; a bad one is told so and the stream goes on.</summary>
    private static async Task StreamAsync(KServeModel model, InferenceCall place)
    {
        HttpContext context = place.Context;
        long maxBytes = context.RequestServices.GetRequiredService<ServerOptions>().MaxBodyBytes;
        CancellationToken aborted = context.RequestAborted;
        while (await GrpcFrames.ReadAsync(context.Request.BodyReader, ModelInferRequest.Parser, maxBytes, aborted)
            is { } request)
        {
            try
            {
                InferenceCallData data = GrpcMessages.Read(request);
                model.Require(data.Model);
                await foreach (IReadOnlyList<InferenceTensor> outputs in AnswersAsync(place, data))
                {
                    await SendAsync(new ModelStreamInferResponse
                    {
                        InferResponse = GrpcMessages.Answer(data, outputs),
                    });
                }

                if (GrpcMessages.WantsFinal(request))
                {
                    await SendAsync(new ModelStreamInferResponse { InferResponse = GrpcMessages.Final(data) });
                }
            }
            catch (Exception failure) when (failure is ApiException or EngineException)
            {
                await SendAsync(new ModelStreamInferResponse { ErrorMessage = failure.Message });
            }
        }

        ValueTask SendAsync(ModelStreamInferResponse answer) =>
            GrpcFrames.WriteAsync(context.Response.BodyWriter, answer, aborted);
    }

    private static async IAsyncEnumerable<IReadOnlyList<InferenceTensor>> AnswersAsync(
        InferenceCall place, InferenceCallData data)
    {
        if (!KServeModel.Streams(data))
        {
            yield return await KServeModel.CompleteAsync(place, data);
            yield break;
        }

        await foreach (IReadOnlyList<InferenceTensor> outputs in KServeModel.StreamAsync(place, data))
        {
            yield return outputs;
        }
    }

    private static void Unary<TRequest>(
        IEndpointRouteBuilder routes, string method, MessageParser<TRequest> parser, Func<TRequest, IMessage> answer)
        where TRequest : class, IMessage<TRequest>
    {
        routes.MapPost(Service + method, (HttpContext context) => AnswerAsync(context, async () =>
        {
            TRequest request = await ReadAsync(context, parser);
            await GrpcFrames.WriteAsync(context.Response.BodyWriter, answer(request), context.RequestAborted);
        }));
    }

    private static void Method(IEndpointRouteBuilder routes, string method, Func<InferenceCall, Task> answer)
    {
        InferenceGate gate = routes.ServiceProvider.GetRequiredService<InferenceGate>();
        routes.MapPost(Service + method, (HttpContext context) =>
            AnswerAsync(context, () => gate.RunAsync(context, answer)));
    }

    private static async ValueTask<TRequest> ReadAsync<TRequest>(HttpContext context, MessageParser<TRequest> parser)
        where TRequest : class, IMessage<TRequest>
    {
        long maxBytes = context.RequestServices.GetRequiredService<ServerOptions>().MaxBodyBytes;
        return await GrpcFrames.ReadAsync(context.Request.BodyReader, parser, maxBytes, context.RequestAborted)
            ?? throw ApiException.Invalid("the request has no message", parameter: null);
    }

    /// <summary>Runs a method; how it ended is said in the trailers, as gRPC wants it.</summary>
    private static async Task AnswerAsync(HttpContext context, Func<Task> answer)
    {
        if (context.Request.ContentType?.StartsWith(ContentType, StringComparison.Ordinal) != true)
        {
            throw new ApiException(
                StatusCodes.Status415UnsupportedMediaType, ApiException.InvalidRequest, "unsupported_media_type",
                $"the content type must be {ContentType}");
        }

        context.Response.ContentType = ContentType;
        (GrpcStatus Status, string Message) end = (GrpcStatus.Ok, "");
        try
        {
            await answer();
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            end = Describe(failure, context);
        }

        context.Response.AppendTrailer("grpc-status", $"{(int)end.Status}");
        if (end.Message.Length > 0)
        {
            context.Response.AppendTrailer("grpc-message", Escape(end.Message));
        }
    }

    private static (GrpcStatus Status, string Message) Describe(Exception failure, HttpContext context)
    {
        if (failure is NotSupportedException)
        {
            return (GrpcStatus.Unimplemented, failure.Message);
        }

        ILogger logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(GrpcRoutes));
        ApiException error = ErrorPages.Describe(failure, logger);
        GrpcStatus status = error.Status switch
        {
            StatusCodes.Status401Unauthorized => GrpcStatus.Unauthenticated,
            StatusCodes.Status403Forbidden => GrpcStatus.PermissionDenied,
            StatusCodes.Status404NotFound => GrpcStatus.NotFound,
            StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests =>
                GrpcStatus.ResourceExhausted,
            StatusCodes.Status503ServiceUnavailable => GrpcStatus.Unavailable,
            >= 500 => GrpcStatus.Internal,
            _ => GrpcStatus.InvalidArgument,
        };
        return (status, error.Message);
    }

    /// <summary>Percent-encodes what a header cannot hold (gRPC over HTTP/2, Responses).</summary>
    private static string Escape(string message)
    {
        var escaped = new StringBuilder(message.Length);
        foreach (byte character in Encoding.UTF8.GetBytes(message))
        {
            _ = character is >= 0x20 and < 0x7F and not (byte)'%'
                ? escaped.Append((char)character)
                : escaped.Append(CultureInfo.InvariantCulture, $"%{character:X2}");
        }

        return escaped.ToString();
    }
}
