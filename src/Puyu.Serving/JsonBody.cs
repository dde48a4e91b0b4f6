using System.Text.Json;

namespace Puyu.Serving;

/// <summary>Reads bodies that are one JSON object.</summary>
internal static class JsonBody
{
    /// <summary>Reads the body; it lives as long as the request.</summary>
    /// <exception cref="ApiException">It is of another content type, malformed, or no object.</exception>
    public static async Task<Fields> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            string actual = context.Request.ContentType is { } type ? $"is {type}" : "is missing";
            throw new ApiException(
                StatusCodes.Status415UnsupportedMediaType, ApiException.InvalidRequest, "unsupported_media_type",
                $"the content type {actual} but must be application/json");
        }

        try
        {
            JsonDocument document = await JsonDocument.ParseAsync(
                context.Request.Body, cancellationToken: context.RequestAborted);
            context.Response.RegisterForDispose(document);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Fields(document.RootElement)
                : throw Fields.Mistyped(document.RootElement, "the body", "an object");
        }
        catch (JsonException malformed)
        {
            throw ApiException.Invalid(
                $"the body is not JSON: {malformed.Message}", parameter: null, "invalid_json");
        }
    }
}
