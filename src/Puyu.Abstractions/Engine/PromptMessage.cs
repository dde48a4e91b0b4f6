namespace Puyu.Abstractions.Engine;

/// <summary>A message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">What is said; never becomes a special token.</param>
public sealed record PromptMessage(string Role, string Content)
{
    /// <summary>Name of the speaker, where the model's template has a place for it.</summary>
    public string? Name { get; init; }

    /// <summary>Calls by the assistant, behind the content.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that a tool's message answers.</summary>
    public string? ToolCallId { get; init; }
}

/// <summary>A call of a tool by the assistant.</summary>
/// <param name="Id">Names the call in the answer.</param>
/// <param name="Name">Of the tool.</param>
/// <param name="Arguments">A JSON object.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);
