namespace Puyu.Inference.Constraints.Json;

/// <summary>Digits behind a point between two bounds.</summary>
/// <param name="min">Least, without trailing zeros; null for no bound.</param>
/// <param name="max">Largest, without trailing zeros; null for no bound.</param>
/// <param name="excludesMin">Whether the least itself is out.</param>
/// <param name="excludesMax">Whether the largest itself is out.</param>
/// <param name="maxDigits">Most digits, at least those of the bounds.</param>
internal sealed class DigitRange(string? min, string? max, bool excludesMin, bool excludesMax, int maxDigits)
{
    /// <summary>Numbers of as many digits as both bounds, from one to the other.</summary>
    public static Expression OfLength(string from, string to) => OfLength(from, to, 0, true, true);

    /// <summary>A point with digits, or neither where 0 is between the bounds.</summary>
    public Expression Fraction()
    {
        Expression digits = Expression.All(Expression.Text("."), From(0, min is not null, max is not null));
        return CanStop(0, min is not null, max is not null) ? Expression.Optional(digits) : digits;
    }

    private static Expression OfLength(string from, string to, int at, bool isAtFrom, bool isAtTo)
    {
        if (!isAtFrom && !isAtTo)
        {
            return new Expression.Repeat(JsonSyntax.Digit, from.Length - at, from.Length - at);
        }

        return at == from.Length ? Expression.Empty : Branches(
            isAtFrom ? from[at] : '0', isAtTo ? to[at] : '9', isAtFrom, isAtTo,
            (isStillAtFrom, isStillAtTo) => OfLength(from, to, at + 1, isStillAtFrom, isStillAtTo));
    }

    /// <summary>
    /// A digit between two, and what may follow it: only behind the first and the last do the bounds still count.
    /// </summary>
    private static Expression.Choice Branches(
        char first, char last, bool isAtMin, bool isAtMax, Func<bool, bool, Expression> rest)
    {
        var options = new List<Expression>();
        char from = first;
        char to = last;
        if (isAtMin && first <= last)
        {
            options.Add(Expression.All(
                Expression.Text(first.ToString()), rest(true, isAtMax && first == last)));
            from++;
        }

        if (isAtMax && last >= from)
        {
            options.Add(Expression.All(Expression.Text(last.ToString()), rest(false, true)));
            to--;
        }

        if (from <= to)
        {
            options.Add(Expression.All(
                new Expression.Characters(CharacterSet.Of((from, to))), rest(false, false)));
        }

        return new Expression.Choice(options);
    }

    /// <summary>Whether the digits so far, which are those of the bounds that still count, may be all.</summary>
    private bool CanStop(int at, bool isAtMin, bool isAtMax) =>
        (!isAtMin || (at >= min!.Length && !excludesMin)) && (!isAtMax || !excludesMax || at < max!.Length);

    private Expression From(int at, bool isAtMin, bool isAtMax)
    {
        if (!isAtMin && !isAtMax)
        {
            return new Expression.Repeat(JsonSyntax.Digit, at == 0 ? 1 : 0, maxDigits - at);
        }

        Expression more = at == maxDigits ? Expression.Nothing : Branches(
            isAtMin && at < min!.Length ? min[at] : '0',
            !isAtMax ? '9' : at < max!.Length ? max[at] : '0',
            isAtMin, isAtMax, (isStillAtMin, isStillAtMax) => From(at + 1, isStillAtMin, isStillAtMax));
        return at > 0 && CanStop(at, isAtMin, isAtMax) ? Expression.Any(Expression.Empty, more) : more;
    }
}
