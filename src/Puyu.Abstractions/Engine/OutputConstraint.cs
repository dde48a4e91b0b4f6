namespace Puyu.Abstractions.Engine;

/// <summary>What a completion must look like: only tokens that keep it possible can be drawn.</summary>
public abstract record OutputConstraint
{
    private OutputConstraint()
    {
    }

    /// <summary>Any JSON object.</summary>
    public sealed record JsonObject : OutputConstraint;

    /// <summary>JSON that fits a schema.</summary>
    /// <param name="Schema">JSON Schema, as text.</param>
    public sealed record JsonSchema(string Schema) : OutputConstraint;

    /// <summary>Text that a regular expression matches as a whole.</summary>
    /// <param name="Pattern">Without look-around and back-references.</param>
    public sealed record Regex(string Pattern) : OutputConstraint;

    /// <summary>Text of a context-free grammar.</summary>
    /// <param name="Ebnf">Rules <c>name ::= …</c>; the first, or <c>root</c>, begins.</param>
    public sealed record Grammar(string Ebnf) : OutputConstraint;

    /// <summary>Calls of tools in the model's own syntax, and nothing else.</summary>
    /// <param name="Tools">Those that may be called.</param>
    /// <param name="AllowsSeveral">Whether more than one call may follow another.</param>
    public sealed record ToolCalls(IReadOnlyList<ToolDefinition> Tools, bool AllowsSeveral) : OutputConstraint;

    /// <summary>What fits one of several.</summary>
    /// <param name="Options">At least one.</param>
    public sealed record AnyOf(IReadOnlyList<OutputConstraint> Options) : OutputConstraint;

    /// <summary>Reasoning of any kind between two marks, and then what fits.</summary>
    /// <param name="Begin">E.g. <c>&lt;think&gt;</c>.</param>
    /// <param name="End">E.g. <c>&lt;/think&gt;</c>; no character of it is like its first.</param>
    /// <param name="IsOpen">Whether the prompt has begun the reasoning; else there may be none.</param>
    /// <param name="Then">What must follow.</param>
    public sealed record AfterReasoning(string Begin, string End, bool IsOpen, OutputConstraint Then)
        : OutputConstraint;
}
