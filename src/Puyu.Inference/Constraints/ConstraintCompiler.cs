using System.Globalization;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints.Json;

namespace Puyu.Inference.Constraints;

/// <summary>Makes constraints ready for a model's tokens, and keeps those that were asked for last.</summary>
/// <remarks>One for each model; may be shared by threads.</remarks>
/// <param name="vocabulary">Of the model.</param>
/// <param name="toolCalls">How the model writes calls of tools; null if it was not made for them.</param>
internal sealed class ConstraintCompiler(TokenVocabulary vocabulary, ToolCallSyntax? toolCalls)
{
    /// <summary>Length of a schema, pattern or grammar in UTF-16 units.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Constraints that are kept, with their masks.</summary>
    private const int Capacity = 16;

    private readonly Dictionary<string, CompiledConstraint> _compiled = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly Lock _lock = new();
    private int _states;

    /// <summary>What a completion must look like, at its beginning.</summary>
    /// <exception cref="EngineException">
    /// The constraint is malformed, too large, fits nothing, or asks for what is not supported; says where.
    /// </exception>
    public TokenConstraint Compile(OutputConstraint constraint)
    {
        string key = Key(constraint);
        lock (_lock)
        {
            if (_compiled.TryGetValue(key, out CompiledConstraint? known))
            {
                return new TokenConstraint(known);
            }
        }

        // Outside the lock: a large constraint takes a second, and two of the same at once do no harm.
        var compiled = new CompiledConstraint(PushdownBuilder.Build(Express(constraint)), vocabulary);
        lock (_lock)
        {
            Keep(key, compiled);
        }

        return new TokenConstraint(compiled);
    }

    /// <summary>Keeps a constraint, and forgets the oldest where they are too many, or too large together.</summary>
    private void Keep(string key, CompiledConstraint compiled)
    {
        if (!_compiled.TryAdd(key, compiled))
        {
            return;
        }

        _order.Enqueue(key);
        _states += compiled.Automaton.Automaton.Count;
        while (_order.Count > Capacity || _states > PushdownBuilder.MaxStates)
        {
            _compiled.Remove(_order.Dequeue(), out CompiledConstraint? oldest);
            _states -= oldest!.Automaton.Automaton.Count;
        }
    }

    private static string Key(OutputConstraint constraint) => constraint switch
    {
        OutputConstraint.ToolCalls calls => string.Join(
            '\0',
            calls.Tools.SelectMany(tool => new[] { tool.Name, tool.ParametersSchema ?? "" })
                .Prepend($"tools {calls.AllowsSeveral}")),
        OutputConstraint.AnyOf any => string.Concat(any.Options.Select(Key).Select(
            key => string.Create(CultureInfo.InvariantCulture, $"any of {key.Length}:{key}"))),
        OutputConstraint.AfterReasoning after => string.Join(
            '\0', $"after {after.IsOpen}", after.Begin, after.End, Key(after.Then)),
        _ => constraint.ToString(),
    };

    private Expression Express(OutputConstraint constraint) => constraint switch
    {
        OutputConstraint.JsonObject => new JsonSyntax().Object,
        OutputConstraint.JsonSchema schema => JsonSchemaCompiler.Compile(new JsonSyntax(), Sized(schema.Schema)),
        OutputConstraint.Regex regex => RegexParser.Parse(Sized(regex.Pattern)),
        OutputConstraint.Grammar grammar => GrammarParser.Parse(Sized(grammar.Ebnf)),
        OutputConstraint.ToolCalls calls => ToolCallExpressions.Calls(
            calls, vocabulary, toolCalls ?? throw new EngineException(
                EngineErrorCode.NotSupported, "tools are to be called but the model was not made for them")),
        OutputConstraint.AnyOf any => new Expression.Choice([.. any.Options.Select(Express)]),
        OutputConstraint.AfterReasoning after => Expression.All(
            ReasoningExpressions.Reasoning(after, vocabulary), Express(after.Then)),
        _ => throw new System.Diagnostics.UnreachableException($"{constraint.GetType()} is no constraint"),
    };

    private static string Sized(string text) => text.Length <= MaxLength
        ? text
        : throw new EngineException(
            EngineErrorCode.InvalidConstraint,
            $"the constraint has {text.Length} characters but may have {MaxLength}");
}
