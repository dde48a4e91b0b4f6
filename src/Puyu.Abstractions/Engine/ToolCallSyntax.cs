namespace Puyu.Abstractions.Engine;

/// <summary>
/// How a family of models writes a call: <c>Begin</c>, a JSON object with the name of the tool and its arguments,
/// <c>End</c>.
/// </summary>
/// <param name="Begin">E.g. <c>&lt;|action_start|&gt;&lt;|plugin|&gt;\n</c>.</param>
/// <param name="End">E.g. <c>&lt;|action_end|&gt;</c>; empty where the call ends with the text.</param>
/// <param name="ArgumentsName">Member of the object that holds the arguments, e.g. <c>parameters</c>.</param>
public sealed record ToolCallSyntax(string Begin, string End, string ArgumentsName);
