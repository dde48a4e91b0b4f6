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
            WithSpecials(toolCalls.Begin, vocabulary),
            new Expression.Choice([.. calls.Tools.Select(tool => Object(tool, syntax, toolCalls.ArgumentsName))]),
            WithSpecials(toolCalls.End, vocabulary));
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

    /// <summary>A text in which the names of special tokens are these tokens.</summary>
    private static Expression.Sequence WithSpecials(string text, TokenVocabulary vocabulary)
    {
        var parts = new List<Expression>();
        while (text.Length > 0)
        {
            (int at, string name) = FirstSpecial(text, vocabulary);
            parts.Add(Expression.Text(text[..at]));
            if (name.Length > 0)
            {
                parts.Add(new Expression.Special(vocabulary.SpecialTokens[name]));
            }

            text = text[(at + name.Length)..];
        }

        return new Expression.Sequence(parts);
    }

    /// <summary>The first name in a text, of several there the longest; the end of the text for none.</summary>
    private static (int At, string Name) FirstSpecial(string text, TokenVocabulary vocabulary)
    {
        (int At, string Name) first = (text.Length, "");
        foreach (string name in vocabulary.SpecialTokens.Keys)
        {
            int at = text.IndexOf(name, StringComparison.Ordinal);
            if (at >= 0 && (at < first.At || (at == first.At && name.Length > first.Name.Length)))
            {
                first = (at, name);
            }
        }

        return first;
    }
}
