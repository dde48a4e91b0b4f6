using System.Text.Encodings.Web;
using System.Text.Json;
using Puyu.Abstractions.Engine;
using Puyu.Tokenizers.Chat;

namespace Puyu.Inference.Engine;

/// <summary>Turns the messages and tools of the engine's contract into those of chat templates.</summary>
internal static class ChatPrompts
{
    private const string Plugin = "plugin";

    private static readonly JsonSerializerOptions _json =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The messages as a template takes them.</summary>
    /// <exception cref="ArgumentException">A message has calls but the template was not made for tools.</exception>
    public static ChatMessage[] Messages(Prompt.OfMessages prompt, ChatTemplate template) =>
        [.. prompt.Messages.Select(message => Message(message, template))];

    /// <summary>The tools as JSON objects.</summary>
    public static string[] Tools(Prompt.OfMessages prompt) => [.. prompt.Tools.Select(Definition)];

    private static ChatMessage Message(PromptMessage message, ChatTemplate template)
    {
        // InternLM2 alone has a place for names, and marks the results of tools by the name of what called them.
        string? name = template != ChatTemplate.InternLm2 ? null : message.Role == "tool" ? Plugin : message.Name;
        if (message.ToolCalls.Count == 0)
        {
            return new ChatMessage(message.Role, message.Content, name);
        }

        ToolCallFormat format = template.ToolCalls ?? throw new ArgumentException(
            $"a message has {message.ToolCalls.Count} calls of tools but chat template {template.Name} has none");
        ChatAction[] actions = [.. message.ToolCalls.Select(call => new ChatAction(Plugin, Body(call, format)))];
        return new ChatMessage(message.Role, message.Content, name, actions[0]) { FurtherActions = actions[1..] };
    }

    private static string Body(ToolCall call, ToolCallFormat format) =>
        $$"""{"name": {{Quoted(call.Name)}}, "{{format.ArgumentsName}}": {{call.Arguments}}}""";

    private static string Definition(ToolDefinition tool)
    {
        string description = tool.Description is null ? "" : $", \"description\": {Quoted(tool.Description)}";
        string parameters = tool.ParametersSchema is null ? "" : $", \"parameters\": {tool.ParametersSchema}";
        return $$"""{"name": {{Quoted(tool.Name)}}{{description}}{{parameters}}}""";
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, _json);
}
