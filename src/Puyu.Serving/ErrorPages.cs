using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Anthropic;

namespace Puyu.Serving;

/// <summary>Answers whatever fails with a JSON error: exceptions, unknown paths, wrong methods.</summary>
internal sealed partial class ErrorPages(RequestDelegate next, ILogger<ErrorPages> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer.
            return;
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Describe(failure, logger));
            return;
        }

        if (!context.Response.HasStarted && Describe(context) is { } error)
        {
            await WriteAsync(context, error);
        }
    }

    /// <summary>The error that a failure is for the client; what it did not cause is logged.</summary>
    public static ApiException Describe(Exception failure, ILogger logger)
    {
        switch (failure)
        {
            case ApiException error:
                return error;
            case EngineException refusal:
                return ApiException.From(refusal);
            case OptionsException options:
                return ApiException.Invalid(options.Message, parameter: null);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return TooLarge(failure.Message);
            case BadHttpRequestException:
                return ApiException.Invalid(failure.Message, parameter: null);
            default:
                LogFailure(logger, failure);
                return ApiException.Internal();
        }
    }

    /// <summary>Writes an error.</summary>
    /// <param name="json">Written to.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="isMarked">Whether the object says that it is one, as Anthropic's clients expect.</param>
    public static void Write(Utf8JsonWriter json, ApiException error, bool isMarked = false)
    {
        json.WriteStartObject();
        if (isMarked)
        {
            json.WriteString("type"u8, "error"u8);
        }

        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Type);
        json.WriteString("param", error.Parameter);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ApiException TooLarge(string message) =>
        new(StatusCodes.Status413PayloadTooLarge, ApiException.InvalidRequest, "request_too_large", message);

    /// <summary>The error of a response that ASP.NET left without a body.</summary>
    private static ApiException? Describe(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ApiException.NotFound($"there is nothing at {context.Request.Path}"),
        StatusCodes.Status405MethodNotAllowed => new ApiException(
            StatusCodes.Status405MethodNotAllowed, ApiException.InvalidRequest, "method_not_allowed",
            $"{context.Request.Path} does not answer {context.Request.Method}, only {context.Response.Headers.Allow}"),
        _ => null,
    };

    private static async Task WriteAsync(HttpContext context, ApiException error)
    {
        // The head of the response may hold what was meant for success; CORS headers must stay.
        context.Response.StatusCode = error.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (error.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter =
                Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        bool isMarked = context.Request.Path.StartsWithSegments(MessagesRoute.Path, StringComparison.Ordinal);
        await JsonReply.WriteAsync(
            context, (error, isMarked), static (json, answer) => Write(json, answer.error, answer.isMarked));
        await context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
    }

    [LoggerMessage(LogLevel.Error, "A request failed.")]
    private static partial void LogFailure(ILogger logger, Exception failure);
}
