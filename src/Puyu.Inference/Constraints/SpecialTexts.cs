namespace Puyu.Inference.Constraints;

/// <summary>Marks that a model writes, with special tokens where it has them.</summary>
internal static class SpecialTexts
{
    /// <summary>A text in which the names of special tokens are these tokens.</summary>
    public static Expression.Sequence Of(string text, TokenVocabulary vocabulary)
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
