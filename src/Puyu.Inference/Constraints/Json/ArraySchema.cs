using System.Text.Json;

namespace Puyu.Inference.Constraints.Json;

/// <summary>Arrays of a schema.</summary>
/// <param name="syntax">Parts of JSON.</param>
/// <param name="schema">Values that fit some schemas.</param>
internal sealed class ArraySchema(JsonSyntax syntax, Func<IEnumerable<SchemaPart>, Expression> schema)
{
    /// <summary>Items with schemas of their own.</summary>
    private const int MaxPrefix = 256;

    /// <summary>The arrays that fit.</summary>
    public Expression Compile(Conjunction all)
    {
        int min = all.Parts.Max(part => part.Count("minItems") ?? 0);
        int? max = all.Parts.Min(part => part.Count("maxItems"));
        int prefix = all.Having("prefixItems").Select(part => part.List("prefixItems").Count).DefaultIfEmpty().Max();
        all.Parts[0].Require(prefix <= MaxPrefix, "prefixItems", $"has {prefix} items but may have {MaxPrefix}");

        // Behind a prefix more items could follow, but are hardly meant where no schema describes them.
        bool hasMore = prefix == 0 || min > prefix || all.Having("items").Any();
        int? most = hasMore ? max : Math.Min(prefix, max ?? prefix);
        return most < min ? Expression.Nothing : syntax.Bracketed("[", Items(all, 0, prefix, min, most), "]");
    }

    private Expression Items(Conjunction all, int at, int prefix, int min, int? max)
    {
        if (max <= at)
        {
            return Expression.Empty;
        }

        Expression item = schema(Item(all, at));
        Expression items = at < prefix
            ? Expression.All(Separated(item, at), Items(all, at + 1, prefix, min, max))
            : Expression.All(
                Separated(item, at),
                new Expression.Repeat(
                    Expression.All(syntax.Separator, item), Math.Max(0, min - at - 1), max - at - 1));
        return min <= at ? Expression.Optional(items) : items;
    }

    private Expression Separated(Expression item, int at) =>
        at == 0 ? item : Expression.All(syntax.Separator, item);

    private static IEnumerable<SchemaPart> Item(Conjunction all, int at)
    {
        foreach (SchemaPart part in all.Parts)
        {
            IReadOnlyList<SchemaPart> prefix = part["prefixItems"] is null ? [] : part.List("prefixItems");
            if (at < prefix.Count)
            {
                yield return prefix[at];
            }
            else if (part["items"] is { } items)
            {
                part.Require(
                    items.ValueKind != JsonValueKind.Array, "items", "must be a schema: lists go into prefixItems");
                yield return part.Below("items");
            }
        }
    }
}
