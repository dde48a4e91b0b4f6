using System.Globalization;

namespace Puyu.Inference.Constraints.Json;

/// <summary>Numbers between bounds, as digits.</summary>
/// <param name="Min">Least; null for none.</param>
/// <param name="Max">Largest; null for none.</param>
/// <param name="ExcludesMin">Whether the least itself is out.</param>
/// <param name="ExcludesMax">Whether the largest itself is out.</param>
internal sealed record NumberRange(decimal? Min, decimal? Max, bool ExcludesMin, bool ExcludesMax)
{
    /// <summary>Digits before the point where a bound does not ask for more.</summary>
    public const int MaxDigits = 18;

    /// <summary>Digits behind the point.</summary>
    public const int MaxFraction = 15;

    private const decimal Largest = 999_999_999_999_999_999;

    /// <summary>Whether there is no bound.</summary>
    public bool IsOpen => Min is null && Max is null;

    /// <summary>Whether a number is in the range.</summary>
    public bool Contains(decimal value) =>
        (Min is not { } min || (ExcludesMin ? value > min : value >= min))
        && (Max is not { } max || (ExcludesMax ? value < max : value <= max));

    /// <summary>This range within another.</summary>
    public NumberRange And(NumberRange other)
    {
        bool takesMin = other.Min > Min || Min is null || (other.Min == Min && other.ExcludesMin);
        bool takesMax = other.Max < Max || Max is null || (other.Max == Max && other.ExcludesMax);
        return new NumberRange(
            takesMin ? other.Min : Min, takesMax ? other.Max : Max,
            takesMin ? other.ExcludesMin : ExcludesMin, takesMax ? other.ExcludesMax : ExcludesMax);
    }

    /// <summary>The integers of the range.</summary>
    public Expression Integers()
    {
        decimal min = Min is not { } least ? -Largest
            : ExcludesMin ? decimal.Floor(least) + 1 : decimal.Ceiling(least);
        decimal max = Max is not { } largest ? Math.Max(Largest, min)
            : ExcludesMax ? decimal.Ceiling(largest) - 1 : decimal.Floor(largest);
        min = Min is null ? Math.Min(min, max) : min;
        return Expression.Any(
            max >= 0 ? Natural(Math.Max(min, 0), max) : Expression.Nothing,
            min < 0 ? Expression.All(Expression.Text("-"), Natural(Math.Max(-max, 1), -min)) : Expression.Nothing);
    }

    /// <summary>The numbers of the range, without exponents.</summary>
    public Expression Decimals()
    {
        decimal max = Max ?? Math.Max(Largest, Min ?? 0);
        decimal min = Min ?? Math.Min(-Largest, max);
        Expression positive = max < 0 ? Expression.Nothing
            : Positive(Math.Max(min, 0), min >= 0 && ExcludesMin, max, ExcludesMax);
        Expression negative = min >= 0 ? Expression.Nothing
            : Expression.All(
                Expression.Text("-"), Positive(Math.Max(-max, 0), max >= 0 || ExcludesMax, -min, ExcludesMin));
        return Expression.Any(positive, negative);
    }

    /// <summary>Integers from one to another, neither negative; nothing if they are in the wrong order.</summary>
    private static Expression Natural(decimal min, decimal max)
    {
        if (min > max)
        {
            return Expression.Nothing;
        }

        string low = Digits(min);
        string high = Digits(max);
        var options = new List<Expression>();
        for (int length = low.Length; length <= high.Length; length++)
        {
            string from = length == low.Length ? low : "1".PadRight(length, '0');
            string to = length == high.Length ? high : new string('9', length);
            options.Add(DigitRange.OfLength(from, to));
        }

        return new Expression.Choice(options);
    }

    private Expression Positive(decimal min, bool excludesMin, decimal max, bool excludesMax)
    {
        if (min > max)
        {
            return Expression.Nothing;
        }

        (decimal minWhole, decimal maxWhole) = (decimal.Floor(min), decimal.Floor(max));
        (string minFraction, string maxFraction) = (Fraction(min), Fraction(max));
        int digits = Math.Max(FractionDigits(), Math.Max(minFraction.Length, maxFraction.Length));
        var atMin = new DigitRange(minFraction, null, excludesMin, false, digits);
        var atMax = new DigitRange(null, maxFraction, false, excludesMax, digits);
        var atBoth = new DigitRange(minFraction, maxFraction, excludesMin, excludesMax, digits);
        if (minWhole == maxWhole)
        {
            return Expression.All(Expression.Text(Digits(minWhole)), atBoth.Fraction());
        }

        return Expression.Any(
            Expression.All(Expression.Text(Digits(minWhole)), atMin.Fraction()),
            Expression.All(
                Natural(minWhole + 1, maxWhole - 1), new DigitRange(null, null, false, false, digits).Fraction()),
            Expression.All(Expression.Text(Digits(maxWhole)), atMax.Fraction()));
    }

    /// <summary>As many as keep a number apart from a bound when both are read as doubles.</summary>
    private int FractionDigits() =>
        Math.Clamp(MaxFraction - Math.Max(WholeDigits(Min ?? 0), WholeDigits(Max ?? 0)), 1, MaxFraction);

    private static int WholeDigits(decimal value) => Digits(decimal.Floor(Math.Abs(value))).Length;

    private static string Digits(decimal whole) => whole.ToString("0", CultureInfo.InvariantCulture);

    private static string Fraction(decimal value)
    {
        string text = value.ToString("0.############################", CultureInfo.InvariantCulture);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? "" : text[(point + 1)..];
    }
}
