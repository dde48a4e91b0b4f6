using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>The tools that a request offers to the model.</summary>
/// <param name="Tools">What the model is told of.</param>
/// <param name="Constraint">That it must call one; null where it may.</param>
/// <param name="AllowsSeveral">Whether it may call more than one.</param>
internal sealed record ToolOffer(
    IReadOnlyList<ToolDefinition> Tools, OutputConstraint.ToolCalls? Constraint, bool AllowsSeveral)
{
    public static ToolOffer None { get; } = new([], Constraint: null, AllowsSeveral: true);

    /// <summary>Whether calls can appear in the completion.</summary>
    public bool IsEmpty => Tools.Count == 0;
}

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>.</summary>
internal static class ToolFields
{
    /// <summary>Reads them.</summary>
    /// <param name="body">The request.</param>
    /// <param name="card">Says whether the model was made for tools.</param>
    /// <param name="nested">Whether a tool is described by its member <c>function</c>, as chats have it, or itself.
    /// </param>
    public static ToolOffer Read(Fields body, EngineCard card, bool nested)
    {
        IReadOnlyList<ToolDefinition> tools = Tools(body, nested);
        (string mode, IReadOnlyList<string>? names) = Choice(body, nested);
        if (names is not null)
        {
            tools = Selected(tools, names, body);
        }

        if (tools.Count == 0 && mode == "required")
        {
            throw ApiException.Invalid(
                "tool_choice demands a call but tools is empty", body.PathOf("tool_choice"), "invalid_value");
        }

        if (tools.Count == 0 || mode == "none")
        {
            return ToolOffer.None;
        }

        if (card.ToolCalls is null)
        {
            throw ApiException.Unsupported(
                body.PathOf("tools"), $"{card.Name} was not made for tools; send tool_choice none to go without");
        }

        bool several = body.Flag("parallel_tool_calls") ?? true;
        return new ToolOffer(tools, mode == "required" ? new(tools, several) : null, several);
    }

    private static IReadOnlyList<ToolDefinition> Tools(Fields body, bool nested) =>
        body.List("tools") is not { } items ? [] : [.. items.Select(item => OfTool(item.Value, item.Path, nested))];

    private static ToolDefinition OfTool(JsonElement value, string path, bool nested)
    {
        Fields tool = Fields.ObjectOf(value, path);
        if (tool.RequiredText("type") is not "function" and string type)
        {
            throw ApiException.Unsupported(tool.PathOf("type"), $"a tool must be a function, not {type}");
        }

        Fields function = nested ? tool.Object("function") ?? throw tool.Missing("function") : tool;
        return new ToolDefinition(
            function.RequiredText("name"), function.Text("description"),
            function.Object("parameters")?.Element.GetRawText());
    }

    /// <summary>The mode (auto, none, required), and the only tools that count; null for all.</summary>
    private static (string Mode, IReadOnlyList<string>? Names) Choice(Fields body, bool nested)
    {
        if (body.Get("tool_choice") is not { } value)
        {
            return ("auto", null);
        }

        string path = body.PathOf("tool_choice");
        if (value.ValueKind == JsonValueKind.String)
        {
            string mode = Fields.TextOf(value, path);
            return (Checked(mode, path, allowsNone: true), null);
        }

        Fields choice = Fields.ObjectOf(value, path);
        switch (choice.RequiredText("type"))
        {
            case "function":
                return ("required", [NameOf(choice, nested)]);
            case "allowed_tools":
                Fields allowed = nested
                    ? choice.Object("allowed_tools") ?? throw choice.Missing("allowed_tools")
                    : choice;
                IReadOnlyList<(JsonElement Value, string Path)> tools = allowed.List("tools")
                    ?? throw allowed.Missing("tools");
                return (
                    Checked(allowed.RequiredText("mode"), allowed.PathOf("mode"), allowsNone: false),
                    [.. tools.Select(tool => NameOf(Fields.ObjectOf(tool.Value, tool.Path), nested))]);
            default:
                throw Fields.OutOfRange(
                    choice.PathOf("type"), choice.RequiredText("type"), "must be function or allowed_tools");
        }
    }

    private static string Checked(string mode, string path, bool allowsNone) =>
        mode is "auto" or "required" || (mode == "none" && allowsNone)
            ? mode
            : throw Fields.OutOfRange(
                path, mode, allowsNone ? "must be none, auto or required" : "must be auto or required");

    private static string NameOf(Fields choice, bool nested) =>
        (nested ? choice.Object("function") ?? throw choice.Missing("function") : choice).RequiredText("name");

    private static IReadOnlyList<ToolDefinition> Selected(
        IReadOnlyList<ToolDefinition> tools, IReadOnlyList<string> names, Fields body) => [.. names.Select(
            name => tools.FirstOrDefault(tool => tool.Name == name) ?? throw Fields.OutOfRange(
                body.PathOf("tool_choice"), name,
                $"must be one of {string.Join(", ", tools.Select(tool => tool.Name))}"))];
}
