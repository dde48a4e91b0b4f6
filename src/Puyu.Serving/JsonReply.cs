using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Puyu.Serving;

/// <summary>Writes answers that are one JSON value.</summary>
internal static class JsonReply
{
    /// <summary>Text stays readable: only what JSON itself demands is escaped. Nothing here becomes HTML.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes the body with its length; the status stays what it is.</summary>
    public static async Task WriteAsync<T>(HttpContext context, T state, Action<Utf8JsonWriter, T> write)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        await using (var json = new Utf8JsonWriter(body, Options))
        {
            write(json, state);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
