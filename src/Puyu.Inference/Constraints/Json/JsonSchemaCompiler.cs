using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints.Json;

/// <summary>Turns a JSON Schema into an expression whose texts all fit it.</summary>
/// <remarks>
/// Each set of schemas that a value must fit at once becomes a rule, so that references may be recursive. What cannot
/// be held is refused by name and place, never ignored; docs/structured-output.md has the list.
/// </remarks>
internal sealed class JsonSchemaCompiler
{
    /// <summary>Rules of one schema: alternatives inside alternatives multiply.</summary>
    private const int MaxRules = 5_000;

    private readonly JsonSyntax _syntax;
    private readonly SchemaDocument _document;
    private readonly Dictionary<string, Rule> _rules = new(StringComparer.Ordinal);
    private readonly Queue<(Rule Rule, SchemaPart[] Parts, string[] Chosen)> _pending = [];

    private JsonSchemaCompiler(JsonSyntax syntax, string schema)
    {
        _syntax = syntax;
        _document = new SchemaDocument(schema);
    }

    /// <summary>The JSON texts that fit a schema.</summary>
    /// <param name="syntax">Parts of JSON, shared by the schemas of one constraint.</param>
    /// <param name="schema">JSON Schema, as text.</param>
    /// <exception cref="EngineException">The schema is malformed or asks for what is not supported.</exception>
    public static Expression Compile(JsonSyntax syntax, string schema)
    {
        var compiler = new JsonSchemaCompiler(syntax, schema);
        Expression root = compiler.Schema([compiler._document.Root]);
        while (compiler._pending.TryDequeue(out (Rule Rule, SchemaPart[] Parts, string[] Chosen) next))
        {
            next.Rule.Body = compiler.Body(next.Parts, next.Chosen);
        }

        return root;
    }

    /// <summary>Values that fit all of some schemas.</summary>
    public Expression Schema(IEnumerable<SchemaPart> parts) => Schema([.. parts], []);

    /// <param name="parts">What a value must fit.</param>
    /// <param name="chosen">Alternatives of these that were replaced by one of them: paths with keywords.</param>
    private Expression.Call Schema(SchemaPart[] parts, string[] chosen)
    {
        string key = string.Join('\n', parts.Select(part => part.Path).Distinct().Order(StringComparer.Ordinal)
            .Concat(chosen.Select(choice => $"!{choice}")));
        if (!_rules.TryGetValue(key, out Rule? rule))
        {
            if (_rules.Count == MaxRules)
            {
                throw parts[0].Error("", $"needs more than {MaxRules} rules but must not; nest fewer alternatives");
            }

            rule = new Rule(parts.Length == 0 ? "#" : parts[0].Path);
            _rules.Add(key, rule);
            _pending.Enqueue((rule, parts, chosen));
        }

        return new Expression.Call(rule);
    }

    private Expression Body(SchemaPart[] parts, string[] chosen)
    {
        // A bare reference is that rule itself, so that schemas that recur stay few.
        if (parts is [{ } only] && chosen.Length == 0 && only.Keywords.SequenceEqual(["$ref"]))
        {
            only.RequireSupported();
            return Schema([_document.Resolve(only)]);
        }

        var all = new Conjunction(_document, parts);
        if (all.IsFalse)
        {
            return Expression.Nothing;
        }

        foreach (string keyword in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            foreach (SchemaPart part in all.Having(keyword))
            {
                string choice = $"{part.Path}/{keyword}";
                if (!chosen.Contains(choice))
                {
                    return Alternatives(all, part, keyword, [.. chosen, choice]);
                }
            }
        }

        return all.Listed() is { } values ? ListedValues.Compile(all, values)
            : all.SaysNothing ? _syntax.Value
            : OfTypes(all);
    }

    private Expression.Choice Alternatives(Conjunction all, SchemaPart part, string keyword, string[] chosen)
    {
        IReadOnlyList<SchemaPart> branches = part.List(keyword);
        if (keyword == "oneOf")
        {
            DisjointBranches.Require(_document, all, part, branches);
        }

        foreach (SchemaPart branch in branches)
        {
            bool returns = new Conjunction(_document, [branch]).Parts.Any(inner =>
                chosen.Contains($"{inner.Path}/anyOf") || chosen.Contains($"{inner.Path}/oneOf"));
            branch.Require(!returns, "", $"refers back to {part.Path}, whose {keyword} it is part of");
        }

        return new Expression.Choice(
            [.. branches.Select(branch => Schema([.. all.Parts, branch], chosen))]);
    }

    private Expression.Choice OfTypes(Conjunction all) => new([.. all.Types().Select(type => type switch
    {
        "string" => StringSchema.Compile(_syntax, all),
        "integer" => NumberSchema.CompileInteger(all),
        "number" => NumberSchema.CompileNumber(_syntax, all),
        "boolean" => JsonSyntax.Boolean,
        "null" => JsonSyntax.Null,
        "array" => new ArraySchema(_syntax, Schema).Compile(all),
        _ => new ObjectSchema(_syntax, Schema).Compile(all),
    })]);
}
