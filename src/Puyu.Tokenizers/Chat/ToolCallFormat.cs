namespace Puyu.Tokenizers.Chat;

/// <summary>How a template writes a call of a tool: <c>Begin</c>, a JSON object, <c>End</c>.</summary>
/// <param name="Begin">As text, special tokens included.</param>
/// <param name="End">As text; empty where the call ends with the message.</param>
/// <param name="ArgumentsName">Member that holds the arguments; <c>name</c> holds the tool's name.</param>
public sealed record ToolCallFormat(string Begin, string End, string ArgumentsName);
