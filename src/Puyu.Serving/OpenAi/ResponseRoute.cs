using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Answers conversations in items: <c>/v1/responses</c>.</summary>
internal static class ResponseRoute
{
    public static Task AnswerAsync(InferenceCall call, Fields body)
    {
        ResponseRequest request = ResponseRequest.Read(call, body);
        var writer = new ResponseWriter(request, call.Engine, call.Time.GetUtcNow().ToUnixTimeSeconds());
        return request.Streams ? StreamAsync(call, request, writer) : ReplyAsync(call, request, writer);
    }

    private static async Task StreamAsync(InferenceCall call, ResponseRequest request, ResponseWriter writer)
    {
        await using EventStream events = call.OpenEvents();
        var stream = new ResponseEvents(writer, events);
        await events.RunAsync(
            async _ =>
            {
                await foreach (CompletionUpdate update in call.CompleteAsync(request.Completion))
                {
                    await stream.WriteAsync(update);
                }

                await stream.EndAsync();
            },
            stream.FailAsync);
    }

    private static async Task ReplyAsync(InferenceCall call, ResponseRequest request, ResponseWriter writer)
    {
        await foreach (CompletionUpdate update in call.CompleteAsync(request.Completion))
        {
            foreach (MessagePart part in writer.Read(update))
            {
                ResponseItem item = writer.ItemOf(part, out _);
                if (part.Kind != MessagePartKind.Call)
                {
                    item.Text.Append(part.Text);
                }
            }
        }

        if (writer.Items.Count == 0)
        {
            writer.AddEmpty();
        }

        await call.ReplyAsync(writer, static (json, writer) => writer.Write(json, writer.Status));
    }
}
