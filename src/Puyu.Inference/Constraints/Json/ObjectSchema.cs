namespace Puyu.Inference.Constraints.Json;

/// <summary>Objects of a schema: described properties in order, then others where the schema allows them.</summary>
/// <param name="syntax">Parts of JSON.</param>
/// <param name="schema">Values that fit some schemas.</param>
internal sealed class ObjectSchema(JsonSyntax syntax, Func<IEnumerable<SchemaPart>, Expression> schema)
{
    /// <summary>The objects that fit.</summary>
    public Expression Compile(Conjunction all)
    {
        string[] required = [.. all.Required()];
        string[] names = [.. all.Described().Union(required)];
        SchemaPart[] additional =
            [.. all.Having("additionalProperties").Select(part => part.Below("additionalProperties"))];

        // Where nothing is said of other properties they would fit, but are hardly meant beside described ones.
        bool allowsOthers = additional.Length > 0 || names.Length == 0;
        if (allowsOthers && additional.Length == 0)
        {
            return syntax.Object;
        }

        Expression? other = allowsOthers
            ? syntax.Member(JsonSyntax.Quoted(OtherNames.Than(names)), schema(additional))
            : null;
        Expression[] members = [.. names.Select(name => (Expression)new Expression.Call(new Rule(name)
        {
            Body = syntax.Member(JsonSyntax.Quoted(name), schema(all.Property(name))),
        }))];
        bool[] isRequired = [.. names.Select(name => required.Contains(name))];
        return syntax.Bracketed("{", Members(members, isRequired, other), "}");
    }

    /// <summary>Members in order, optional ones or not, with commas between those that are there.</summary>
    private Expression Members(Expression[] members, bool[] isRequired, Expression? other)
    {
        Expression more = other is null
            ? Expression.Empty
            : new Expression.Repeat(Expression.All(syntax.Separator, other), 0, null);
        Expression first = other is null ? Expression.Empty : Expression.Optional(Expression.All(other, more));

        // Backwards: what can follow a member, and what can come first of it and those behind it.
        for (int i = members.Length - 1; i >= 0; i--)
        {
            Expression here = Expression.All(members[i], more);
            first = Shared(isRequired[i] ? here : Expression.Any(here, first));
            Expression separated = Expression.All(syntax.Separator, members[i]);
            more = Shared(Expression.All(isRequired[i] ? separated : Expression.Optional(separated), more));
        }

        return first;
    }

    private static Expression.Call Shared(Expression body) => new(new Rule("members") { Body = body });
}
