using System.Text.Json;
using Puyu.Abstractions.Engine;
using Puyu.Serving.OpenAi;

namespace Puyu.Serving.Anthropic;

/// <summary>What a request of Anthropic's messages API asks for.</summary>
internal sealed record MessagesRequest
{
    /// <summary>What goes to the engine.</summary>
    public required CompletionRequest Completion { get; init; }

    /// <summary>Name of the model, as the answer repeats it.</summary>
    public required string Model { get; init; }

    /// <summary>Tools that the model may call.</summary>
    public required ToolOffer Tools { get; init; }

    /// <summary>Whether the answer begins with reasoning.</summary>
    public required ReasoningMode Reasoning { get; init; }

    /// <summary>Whether the reasoning is part of the answer.</summary>
    public bool ShowsReasoning { get; init; }

    /// <summary>Whether the answer comes in events.</summary>
    public bool Streams { get; init; }

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ApiException">It asks for what cannot be.</exception>
    public static MessagesRequest Read(InferenceCall call, Fields body)
    {
        string? thinking = body.Object("thinking")?.Text("type");
        if (thinking is not (null or "disabled") && call.Reasoning == ReasoningParser.None)
        {
            throw ApiException.Unsupported("thinking", "the server does not tell reasoning from answers");
        }

        ToolOffer tools = ReadTools(body, call.Card);
        int maxTokens = body.Integer("max_tokens", 1) ?? throw body.Missing("max_tokens");
        (CompletionRequest completion, ReasoningMode reasoning) = ChatRequest.Complete(
            call, body, ReadPrompt(body, tools), tools, format: null, maxTokens, session: null);
        IReadOnlyList<string> stops = body.Texts("stop_sequences");
        return new MessagesRequest
        {
            Completion = completion with
            {
                Sampling = completion.Sampling with { StopStrings = [.. completion.Sampling.StopStrings, .. stops] },
            },
            Model = body.Text("model") ?? call.Card.Name,
            Tools = tools,
            Reasoning = reasoning,
            ShowsReasoning = thinking != "disabled",
            Streams = body.Flag("stream") ?? false,
        };
    }

    /// <summary>The tools that a request offers.</summary>
    public static ToolOffer ReadTools(Fields body, EngineCard card)
    {
        IReadOnlyList<ToolDefinition> tools = body.List("tools") is not { } items ? [] : [.. items.Select(
            item => OfTool(Fields.ObjectOf(item.Value, item.Path)))];
        Fields? choice = body.Object("tool_choice");
        string mode = choice?.RequiredText("type") ?? "auto";
        if (tools.Count == 0 || mode == "none")
        {
            return ToolOffer.None;
        }

        if (card.ToolCalls is null)
        {
            throw ApiException.Unsupported("tools", $"{card.Name} was not made for tools");
        }

        bool several = !(choice?.Flag("disable_parallel_tool_use") ?? false);
        switch (mode)
        {
            case "auto":
                return new ToolOffer(tools, Constraint: null, several);
            case "any":
                return new ToolOffer(tools, new(tools, several), several);
            case "tool":
                string name = choice!.Value.RequiredText("name");
                ToolDefinition tool = tools.FirstOrDefault(tool => tool.Name == name) ?? throw Fields.OutOfRange(
                    "tool_choice.name", name, $"must be one of {string.Join(", ", tools.Select(tool => tool.Name))}");
                return new ToolOffer([tool], new([tool], several), several);
            default:
                throw Fields.OutOfRange("tool_choice.type", mode, "must be auto, any, tool or none");
        }
    }

    /// <summary>The conversation of a request.</summary>
    public static Prompt.OfMessages ReadPrompt(Fields body, ToolOffer tools)
    {
        List<PromptMessage> messages = [];
        string system = MessageFields.Content(body, "system");
        if (system.Length > 0)
        {
            messages.Add(new PromptMessage("system", system));
        }

        IReadOnlyList<(JsonElement Value, string Path)> items = body.List("messages") ?? throw body.Missing("messages");
        foreach ((JsonElement value, string path) in items)
        {
            ReadMessage(Fields.ObjectOf(value, path), messages);
        }

        return items.Count > 0
            ? new Prompt.OfMessages(messages) { Tools = tools.Tools }
            : throw Fields.OutOfRange("messages", "empty", "must have at least one message");
    }

    private static ToolDefinition OfTool(Fields tool)
    {
        if (tool.Text("type") is not (null or "custom") and string type)
        {
            throw ApiException.Unsupported(tool.PathOf("type"), $"the server has no {type}");
        }

        return new ToolDefinition(
            tool.RequiredText("name"), tool.Text("description"),
            (tool.Object("input_schema") ?? throw tool.Missing("input_schema")).Element.GetRawText());
    }

    /// <summary>One message with blocks may be several here: each result of a tool stands for itself.</summary>
    private static void ReadMessage(Fields message, List<PromptMessage> messages)
    {
        string role = message.RequiredText("role");
        if (role is not ("user" or "assistant"))
        {
            throw Fields.OutOfRange(message.PathOf("role"), role, "must be user or assistant");
        }

        JsonElement content = message.Get("content") ?? throw message.Missing("content");
        if (content.ValueKind == JsonValueKind.String)
        {
            messages.Add(new PromptMessage(role, Fields.TextOf(content, message.PathOf("content"))));
            return;
        }

        string text = "";
        List<ToolCall> calls = [];
        int before = messages.Count;
        foreach ((JsonElement value, string path) in message.List("content")!)
        {
            Fields block = Fields.ObjectOf(value, path);
            switch (block.RequiredText("type"))
            {
                case "text":
                    text += block.RequiredText("text");
                    break;
                case "thinking" or "redacted_thinking" when role == "assistant":
                    // Models are prompted without what they thought before.
                    break;
                case "tool_use" when role == "assistant":
                    Fields input = block.Object("input") ?? throw block.Missing("input");
                    calls.Add(new ToolCall(
                        block.RequiredText("id"), block.RequiredText("name"), input.Element.GetRawText()));
                    break;
                case "tool_result" when role == "user":
                    messages.Add(new PromptMessage("tool", MessageFields.Content(block))
                    {
                        ToolCallId = block.RequiredText("tool_use_id"),
                    });
                    break;
                case string type:
                    throw ApiException.Unsupported(block.PathOf("type"), $"a message of {role} has no {type} here");
            }
        }

        if (text.Length > 0 || calls.Count > 0 || messages.Count == before)
        {
            messages.Add(new PromptMessage(role, text) { ToolCalls = calls });
        }
    }
}
