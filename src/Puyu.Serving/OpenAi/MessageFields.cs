using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Reads the messages of a conversation.</summary>
internal static class MessageFields
{
    /// <summary>Reads <c>messages</c>: a list, or a string that the user says.</summary>
    public static IReadOnlyList<PromptMessage> Read(Fields body, string name = "messages")
    {
        JsonElement value = body.Get(name) ?? throw body.Missing(name);
        string path = body.PathOf(name);
        if (value.ValueKind == JsonValueKind.String)
        {
            return [new PromptMessage("user", Fields.TextOf(value, path))];
        }

        IReadOnlyList<PromptMessage> messages =
        [
            .. Fields.ListOf(value, path, "an array of messages").Select(
                item => OfMessage(Fields.ObjectOf(item.Value, item.Path))),
        ];
        return messages.Count > 0
            ? messages
            : throw Fields.OutOfRange(path, "empty", "must have at least one message");
    }

    /// <summary>Reads a content: a string, or parts that are text; empty where it is absent.</summary>
    public static string Content(Fields message, string name = "content")
    {
        if (message.Get(name) is not { } content)
        {
            return "";
        }

        string path = message.PathOf(name);
        return content.ValueKind == JsonValueKind.String
            ? Fields.TextOf(content, path)
            : string.Concat(Fields.ListOf(content, path, "a string or an array").Select(OfPart));
    }

    private static string OfPart((JsonElement Value, string Path) item)
    {
        Fields part = Fields.ObjectOf(item.Value, item.Path);
        return part.RequiredText("type") switch
        {
            "text" or "input_text" or "output_text" => part.RequiredText("text"),
            "refusal" => part.RequiredText("refusal"),
            string type => throw ApiException.Unsupported(part.PathOf("type"), $"the model reads text, not {type}"),
        };
    }

    /// <summary>Reads one message.</summary>
    public static PromptMessage OfMessage(Fields message)
    {
        string role = message.RequiredText("role") switch
        {
            "developer" => "system",
            string known and ("system" or "user" or "assistant" or "tool") => known,
            string other => throw Fields.OutOfRange(
                message.PathOf("role"), other, "must be system, developer, user, assistant or tool"),
        };
        IReadOnlyList<ToolCall> calls = role == "assistant" ? Calls(message) : [];
        if (!message.Has("content") && calls.Count == 0)
        {
            throw message.Missing("content");
        }

        return new PromptMessage(role, Content(message))
        {
            Name = message.Text("name"),
            ToolCalls = calls,
            ToolCallId = role == "tool" ? message.RequiredText("tool_call_id") : null,
        };
    }

    private static IReadOnlyList<ToolCall> Calls(Fields message) =>
        message.List("tool_calls") is not { } items ? [] : [.. items.Select(item =>
        {
            Fields call = Fields.ObjectOf(item.Value, item.Path);
            Fields function = call.Object("function") ?? throw call.Missing("function");
            return new ToolCall(
                call.RequiredText("id"), function.RequiredText("name"), function.Text("arguments") ?? "{}");
        })];
}
