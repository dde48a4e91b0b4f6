using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving;

/// <summary>A request that is answered with an error object, as OpenAI's API has it.</summary>
/// <param name="status">Of HTTP.</param>
/// <param name="type">Family of errors, e.g. <c>invalid_request_error</c>.</param>
/// <param name="code">The error, for programs; null where the family says it all.</param>
/// <param name="message">What, value, rule: one sentence.</param>
/// <param name="parameter">Path of the member at fault, e.g. <c>messages[0].role</c>.</param>
internal sealed class ApiException(
    int status, string type, string? code, string message, string? parameter = null) : Exception(message)
{
    public const string InvalidRequest = "invalid_request_error";

    public int Status => status;

    public string Type => type;

    public string? Code => code;

    public string? Parameter => parameter;

    /// <summary>When to try again; null for no hint.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static ApiException Invalid(string message, string? parameter, string? code = null) =>
        new(StatusCodes.Status400BadRequest, InvalidRequest, code, message, parameter);

    public static ApiException Unsupported(string parameter, string why) =>
        Invalid($"{parameter} is not supported: {why}", parameter, "unsupported_parameter");

    public static ApiException UnknownModel(string name, string known) => new(
        StatusCodes.Status404NotFound, "not_found_error", "model_not_found",
        $"the model {name} does not exist; this server has {known}", "model");

    public static ApiException NotFound(string what) =>
        new(StatusCodes.Status404NotFound, "not_found_error", "not_found", what);

    public static ApiException Forbidden(string message) =>
        new(StatusCodes.Status403Forbidden, "permission_error", "forbidden", message);

    public static ApiException Unauthorized() => new(
        StatusCodes.Status401Unauthorized, "authentication_error", "invalid_api_key",
        "the API key is missing or wrong: send it as Authorization: Bearer KEY");

    public static ApiException TooMany(string message, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, "rate_limit_error", "overloaded", message)
        {
            RetryAfter = retryAfter,
        };

    public static ApiException OverQuota(string message, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, "rate_limit_error", "rate_limit_exceeded", message)
        {
            RetryAfter = retryAfter,
        };

    public static ApiException Unavailable(string code, string message, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "server_error", code, message) { RetryAfter = retryAfter };

    public static ApiException Internal() => new(
        StatusCodes.Status500InternalServerError, "server_error", "internal_error",
        "the server failed to answer; its log says why");

    public static ApiException From(EngineException failure) => failure.Code switch
    {
        EngineErrorCode.InvalidRequest => Invalid(failure.Message, NameOf(failure.Parameter)),
        EngineErrorCode.ContextLengthExceeded =>
            Invalid(failure.Message, NameOf(failure.Parameter), "context_length_exceeded"),
        EngineErrorCode.InvalidConstraint =>
            Invalid(failure.Message, NameOf(nameof(CompletionRequest.Constraint)), "invalid_constraint"),
        EngineErrorCode.UnknownAdapter => new(
            StatusCodes.Status404NotFound, "not_found_error", "model_not_found", failure.Message, "model"),
        EngineErrorCode.SessionBusy => new(
            StatusCodes.Status409Conflict, "conflict_error", "session_busy", failure.Message,
            NameOf(failure.Parameter)),
        EngineErrorCode.Overloaded => TooMany(failure.Message, TimeSpan.FromSeconds(1)),
        EngineErrorCode.Sleeping => Unavailable("sleeping", failure.Message, TimeSpan.FromSeconds(5)),
        EngineErrorCode.NotSupported => Invalid(failure.Message, NameOf(failure.Parameter), "unsupported"),
        _ => throw new System.Diagnostics.UnreachableException($"engine error {failure.Code}"),
    };

    /// <summary>The member of a request's body that becomes a member of the engine's.</summary>
    private static string? NameOf(string? parameter) => parameter switch
    {
        null => null,
        nameof(CompletionRequest.Constraint) => "response_format",
        nameof(CompletionRequest.Adapter) => "model",
        nameof(CompletionRequest.Choices) => "n",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter),
    };
}
