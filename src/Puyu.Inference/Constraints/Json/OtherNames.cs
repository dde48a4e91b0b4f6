using System.Text;

namespace Puyu.Inference.Constraints.Json;

/// <summary>Names of properties that are none of some given ones.</summary>
internal static class OtherNames
{
    /// <summary>Characters of a given name that are told apart.</summary>
    private const int MaxLength = 256;

    /// <summary>Contents of strings without escapes that are none of the names.</summary>
    public static Expression Than(IEnumerable<string> names)
    {
        // A name that needs escapes, or is very long, is never written.
        int[][] spelled = [.. names.Select(name => name.EnumerateRunes().Select(rune => rune.Value).ToArray())
            .Where(name => name.All(JsonSyntax.Unescaped.Contains))];
        return Than([.. spelled.Where(name => name.Length <= MaxLength)], 0);
    }

    /// <param name="names">Those that begin with what is written so far.</param>
    /// <param name="at">Characters written so far.</param>
    private static Expression.Choice Than(int[][] names, int at)
    {
        var options = new List<Expression>();
        if (!names.Any(name => name.Length == at))
        {
            options.Add(Expression.Empty);
        }

        if (at == MaxLength)
        {
            return new Expression.Choice(options);
        }

        IGrouping<int, int[]>[] next = [.. names.Where(name => name.Length > at).GroupBy(name => name[at])];
        CharacterSet others = JsonSyntax.Unescaped.Except(
            CharacterSet.Of(next.Select(group => (group.Key, group.Key))));
        options.Add(Expression.All(
            new Expression.Characters(others),
            new Expression.Repeat(new Expression.Characters(JsonSyntax.Unescaped), 0, null)));
        options.AddRange(next.Select(group => Expression.All(
            Expression.Text(new Rune(group.Key).ToString()), Than([.. group], at + 1))));
        return new Expression.Choice(options);
    }
}
