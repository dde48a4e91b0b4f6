using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>What a request of the responses API asks for.</summary>
internal sealed record ResponseRequest
{
    /// <summary>What goes to the engine.</summary>
    public required CompletionRequest Completion { get; init; }

    /// <summary>Name of the model, as the answer repeats it.</summary>
    public required string Model { get; init; }

    /// <summary>Tools that the model may call.</summary>
    public required ToolOffer Tools { get; init; }

    /// <summary>Whether the answer begins with reasoning.</summary>
    public required ReasoningMode Reasoning { get; init; }

    /// <summary>The body, whose options the answer repeats.</summary>
    public required Fields Body { get; init; }

    /// <summary>Whether the answer comes in events.</summary>
    public bool Streams { get; init; }

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ApiException">It asks for what cannot be.</exception>
    public static ResponseRequest Read(InferenceCall call, Fields body)
    {
        RefuseUnsupported(body);
        ToolOffer tools = ToolFields.Read(body, call.Card, nested: false);
        List<PromptMessage> messages = [];
        if (body.Text("instructions") is { } instructions)
        {
            messages.Add(new PromptMessage("system", instructions));
        }

        ReadInput(body, messages);
        Fields? format = body.Object("text")?.Object("format");
        OutputConstraint? constraint = format is { } given ? ConstraintFields.OfFormat(given, given) : null;
        (CompletionRequest completion, ReasoningMode reasoning) = ChatRequest.Complete(
            call, body, new Prompt.OfMessages(messages) { Tools = tools.Tools }, tools, constraint,
            body.Integer("max_output_tokens", 1), session: null);
        return new ResponseRequest
        {
            Completion = completion,
            Reasoning = reasoning,
            Model = body.Text("model") ?? call.Card.Name,
            Tools = tools,
            Body = body,
            Streams = body.Flag("stream") ?? false,
        };
    }

    private static void ReadInput(Fields body, List<PromptMessage> messages)
    {
        JsonElement input = body.Get("input") ?? throw body.Missing("input");
        if (input.ValueKind == JsonValueKind.String)
        {
            messages.Add(new PromptMessage("user", Fields.TextOf(input, "input")));
            return;
        }

        foreach ((JsonElement value, string path) in Fields.ListOf(input, "input", "a string or an array"))
        {
            ReadItem(Fields.ObjectOf(value, path), messages);
        }

        if (messages.Count == 0)
        {
            throw Fields.OutOfRange("input", "empty", "must have at least one item");
        }
    }

    private static void ReadItem(Fields item, List<PromptMessage> messages)
    {
        switch (item.Text("type") ?? "message")
        {
            case "message":
                messages.Add(MessageFields.OfMessage(item));
                break;
            case "function_call":
                AddCall(messages, new ToolCall(
                    item.RequiredText("call_id"), item.RequiredText("name"), item.Text("arguments") ?? "{}"));
                break;
            case "function_call_output":
                messages.Add(new PromptMessage("tool", MessageFields.Content(item, "output"))
                {
                    ToolCallId = item.RequiredText("call_id"),
                });
                break;
            case "reasoning":
                break;
            case string type:
                throw ApiException.Unsupported(item.PathOf("type"), $"there are no items of type {type}");
        }
    }

    /// <summary>Calls stand behind the message that makes them.</summary>
    private static void AddCall(List<PromptMessage> messages, ToolCall call)
    {
        if (messages.Count > 0 && messages[^1].Role == "assistant")
        {
            messages[^1] = messages[^1] with { ToolCalls = [.. messages[^1].ToolCalls, call] };
        }
        else
        {
            messages.Add(new PromptMessage("assistant", "") { ToolCalls = [call] });
        }
    }

    private static void RefuseUnsupported(Fields body)
    {
        const string Stateless = "the server keeps no responses; send the whole conversation as input";
        body.Refuse("previous_response_id", Stateless);
        body.Refuse("conversation", Stateless);
        body.Refuse("prompt", "there are no stored prompts");
        body.Refuse("max_tool_calls", "the client calls the tools");
        body.Refuse("top_logprobs", "send logprobs to /v1/chat/completions");
        body.Object("reasoning")?.Refuse("effort", "how long a model thinks cannot be set");
        if (body.Flag("background") == true)
        {
            throw ApiException.Unsupported("background", Stateless);
        }

        if (body.Text("truncation") is not (null or "disabled"))
        {
            throw ApiException.Unsupported("truncation", "what does not fit is refused");
        }
    }
}
