using System.Text.Json;

namespace Puyu.Inference.Constraints.Json;

/// <summary>Whether alternatives exclude each other, as oneOf asks: a value must not fit two of them.</summary>
internal static class DisjointBranches
{
    /// <summary>Throws where two branches could fit the same value.</summary>
    /// <param name="document">Where references point.</param>
    /// <param name="all">What values must fit besides.</param>
    /// <param name="part">The schema with oneOf.</param>
    /// <param name="branches">Its alternatives.</param>
    public static void Require(
        SchemaDocument document, Conjunction all, SchemaPart part, IReadOnlyList<SchemaPart> branches)
    {
        Conjunction[] whole = [.. branches.Select(branch => new Conjunction(document, [.. all.Parts, branch]))];
        for (int i = 0; i < whole.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                part.Require(
                    AreDisjoint(document, whole[j], whole[i]), "oneOf",
                    $"has branches {j} and {i} that could both fit, which cannot be ruled out; use anyOf, other types, "
                    + "or a required property with different constants");
            }
        }
    }

    private static bool AreDisjoint(SchemaDocument document, Conjunction a, Conjunction b)
    {
        if (HaveNoTypeInCommon(a, b) || HaveNoValueInCommon(a, b))
        {
            return true;
        }

        return IsObject(a) && IsObject(b) && a.Required().Intersect(b.Required()).Any(name => HaveNoValueInCommon(
            new Conjunction(document, a.Property(name)), new Conjunction(document, b.Property(name))));
    }

    private static bool HaveNoTypeInCommon(Conjunction a, Conjunction b) =>
        a.Having("type").Any() && b.Having("type").Any()
        && !Widened(a).Intersect(Widened(b)).Any();

    private static IEnumerable<string> Widened(Conjunction all) =>
        all.Types().Select(type => type == "integer" ? "number" : type);

    private static bool HaveNoValueInCommon(Conjunction a, Conjunction b) =>
        a.Listed() is { } values && b.Listed() is { } others
        && !values.Any(value => others.Any(other => JsonElement.DeepEquals(value, other)));

    private static bool IsObject(Conjunction all) => all.Having("type").Any() && all.Types() is ["object"];
}
