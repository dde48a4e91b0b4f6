using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints;

/// <summary>What stands before the part of a completion that is held to a constraint.</summary>
internal static class ReasoningExpressions
{
    /// <summary>Line ends between the reasoning and what follows.</summary>
    private const int MaxLineEnds = 2;

    /// <summary>
    /// The reasoning with its end; with its beginning, or nothing, where the prompt has not begun it.
    /// </summary>
    public static Expression Reasoning(OutputConstraint.AfterReasoning after, TokenVocabulary vocabulary)
    {
        Expression rest = Expression.All(
            Without(after.End), SpecialTexts.Of(after.End, vocabulary),
            new Expression.Repeat(Expression.Text("\n"), 0, MaxLineEnds));
        return after.IsOpen
            ? rest
            : Expression.Optional(Expression.All(SpecialTexts.Of(after.Begin, vocabulary), rest));
    }

    /// <summary>
    /// Any text in which the mark does not stand: stretches that each begin with the mark's first character, go on with
    /// more of it or not, and leave it at some place.
    /// </summary>
    private static Expression.Sequence Without(string mark)
    {
        CharacterSet others = CharacterSet.All.Except(CharacterSet.Of(mark[..1]));
        var anything = new Expression.Repeat(new Expression.Characters(others), 0, null);
        Expression rest = Expression.Nothing;
        for (int at = mark.Length - 1; at > 0; at--)
        {
            CharacterSet leaving = others.Except(CharacterSet.Of(mark[at..(at + 1)]));
            Expression further = Expression.All(Expression.Text(mark[at..(at + 1)]), rest);
            rest = Expression.Optional(Expression.Any(
                Expression.All(new Expression.Characters(leaving), anything), further));
        }

        return new Expression.Sequence(
            [anything, new Expression.Repeat(Expression.All(Expression.Text(mark[..1]), rest), 0, null)]);
    }
}
