using System.Text.Json;
using Puyu.Abstractions.Engine;
using Puyu.Serving.OpenAi;

namespace Puyu.Serving.Anthropic;

/// <summary>Answers conversations as Anthropic's API does: <c>/v1/messages</c>.</summary>
internal static class MessagesRoute
{
    public const string Path = "/v1/messages";

    public static void Map(IEndpointRouteBuilder routes)
    {
        IInferenceEngine engine = routes.ServiceProvider.GetRequiredService<IInferenceEngine>();
        routes.MapInference(Path, AnswerAsync);
        routes.MapJson($"{Path}/count_tokens", (context, body) =>
        {
            ToolOffer tools = MessagesRequest.ReadTools(body, engine.Card);
            int tokens = engine.EncodePrompt(MessagesRequest.ReadPrompt(body, tools)).Count;
            return JsonReply.WriteAsync(context, tokens, static (json, tokens) =>
            {
                json.WriteStartObject();
                json.WriteNumber("input_tokens"u8, tokens);
                json.WriteEndObject();
            });
        });
    }

    private static Task AnswerAsync(InferenceCall call, Fields body)
    {
        MessagesRequest request = MessagesRequest.Read(call, body);
        var message = new MessagesWriter(request, call.Engine);
        return request.Streams ? StreamAsync(call, request, message) : ReplyAsync(call, request, message);
    }

    private static async Task ReplyAsync(InferenceCall call, MessagesRequest request, MessagesWriter message)
    {
        await foreach (CompletionUpdate update in call.CompleteAsync(request.Completion))
        {
            foreach (MessagePart part in message.Read(update))
            {
                MessageBlock block = message.BlockOf(part, out _);
                if (part.Kind != MessagePartKind.Call)
                {
                    block.Text.Append(part.Text);
                }
            }
        }

        await call.ReplyAsync(message, static (json, message) => message.Write(json, isBeginning: false));
    }

    private static async Task StreamAsync(InferenceCall call, MessagesRequest request, MessagesWriter message)
    {
        await using EventStream events = call.OpenEvents();
        bool begun = false;
        await events.RunAsync(
            async _ =>
            {
                await foreach (CompletionUpdate update in call.CompleteAsync(request.Completion))
                {
                    IReadOnlyList<MessagePart> parts = [.. message.Read(update)];
                    if (!begun)
                    {
                        begun = true;
                        await SendAsync(events, "message_start", json =>
                        {
                            json.WritePropertyName("message"u8);
                            message.Write(json, isBeginning: true);
                        });
                    }

                    foreach (MessagePart part in parts)
                    {
                        await SendPartAsync(events, message, part);
                    }
                }

                await EndAsync(events, message);
            },
            error => events.WriteAsync(
                error, static (json, error) => ErrorPages.Write(json, error, isMarked: true), "error").AsTask());
    }

    private static async Task SendPartAsync(EventStream events, MessagesWriter message, MessagePart part)
    {
        int before = message.Index;
        MessageBlock block = message.BlockOf(part, out bool isNew);
        if (isNew)
        {
            await StopBlockAsync(events, before);
            await SendAsync(events, "content_block_start", json =>
            {
                json.WriteNumber("index"u8, message.Index);
                json.WritePropertyName("content_block"u8);
                block.Write(json, isEmpty: true);
            });
        }

        if (part.Kind != MessagePartKind.Call)
        {
            await SendAsync(events, "content_block_delta", json =>
            {
                json.WriteNumber("index"u8, message.Index);
                block.WriteDelta(json, part.Text);
            });
        }
    }

    private static async Task EndAsync(EventStream events, MessagesWriter message)
    {
        await StopBlockAsync(events, message.Index);
        await SendAsync(events, "message_delta", json =>
        {
            json.WriteStartObject("delta"u8);
            message.WriteStop(json, isBeginning: false);
            json.WriteEndObject();
            message.WriteUsage(json);
        });
        await SendAsync(events, "message_stop", static _ => { });
    }

    private static async Task StopBlockAsync(EventStream events, int index)
    {
        if (index >= 0)
        {
            await SendAsync(events, "content_block_stop", json => json.WriteNumber("index"u8, index));
        }
    }

    private static ValueTask SendAsync(EventStream events, string type, Action<Utf8JsonWriter> write) =>
        events.WriteAsync(
            (type, write),
            static (json, item) =>
            {
                json.WriteStartObject();
                json.WriteString("type"u8, item.type);
                item.write(json);
                json.WriteEndObject();
            },
            type);
}
