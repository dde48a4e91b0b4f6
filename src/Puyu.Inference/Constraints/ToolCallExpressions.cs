using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints.Json;

namespace Puyu.Inference.Constraints;

/// <summary>Calls of tools in a model's own syntax.</summary>
internal static class ToolCallExpressions
{
    /// <summary>One call, or several where that is allowed.</summary>
    /// <exception cref="EngineException">There is no tool, or a tool's schema cannot be held.</exception>
    public static Expression Calls(
        OutputConstraint.ToolCalls calls, TokenVocabulary vocabulary, ToolCallSyntax toolCalls)
    {
        if (calls.Tools.Count == 0)
        {
            throw new EngineException(
                EngineErrorCode.InvalidConstraint, "there are no tools to call, but at least one must be given");
        }

        var syntax = new JsonSyntax();
        Expression call = Expression.All(
            SpecialTexts.Of(toolCalls.Begin, vocabulary),
            new Expression.Choice([.. calls.Tools.Select(tool => Object(tool, syntax, toolCalls.ArgumentsName))]),
            SpecialTexts.Of(toolCalls.End, vocabulary));
        return calls.AllowsSeveral
            ? Expression.All(call, new Expression.Repeat(Expression.All(syntax.Space, call), 0, null))
            : call;
    }

    private static Expression Object(ToolDefinition tool, JsonSyntax syntax, string argumentsName)
    {
        Expression arguments = tool.ParametersSchema is { } schema
            ? JsonSchemaCompiler.Compile(syntax, schema)
            : Expression.Text("{}");
        return syntax.Bracketed(
            "{",
            Expression.All(
                syntax.Member(JsonSyntax.Quoted("name"), JsonSyntax.Quoted(tool.Name)), syntax.Separator,
                syntax.Member(JsonSyntax.Quoted(argumentsName), arguments)),
            "}");
    }
}
