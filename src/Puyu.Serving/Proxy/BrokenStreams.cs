using System.Text;
using System.Text.Json;

namespace Puyu.Serving.Proxy;

/// <summary>
/// Ends answers that break off after they began: with an error event where the answer is a stream of events, and by
/// closing the connection in any case.
/// </summary>
internal sealed class BrokenStreams(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (ApiException error) when (context.Response.HasStarted)
        {
            if (context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true)
            {
                using var json = new MemoryStream();
                await using (var writer = new Utf8JsonWriter(json, JsonReply.Options))
                {
                    ErrorPages.Write(writer, error);
                }

                // The node may have died within an event: an empty line ends it.
                string text = $"\n\ndata: {Encoding.UTF8.GetString(json.ToArray())}\n\n";
                await context.Response.WriteAsync(text, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            context.Abort();
        }
    }
}
