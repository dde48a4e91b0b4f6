using System.Globalization;
using Puyu.Inference.Constraints;
using Puyu.Inference.Constraints.Json;

namespace Puyu.Inference.Tests.Constraints.Json;

public class NumberRangeTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData(0d, 0d)]
    [InlineData(-7d, 105d)]
    [InlineData(10d, 99d)]
    [InlineData(8d, 123d)]
    [InlineData(-120d, -9d)]
    [InlineData(null, -3d)]
    [InlineData(-12.5, 12.5)]
    [InlineData(100d, null)]
    [InlineData(5d, 4d)]
    public void Integers_AreThoseBetweenTheBounds(double? min, double? max)
    {
        foreach (bool excludes in (ReadOnlySpan<bool>)[false, true])
        {
            var range = new NumberRange((decimal?)min, (decimal?)max, excludes, excludes);
            IEnumerable<int> expected = Enumerable.Range(-150, 301).Where(i => range.Contains(i));

            Func<string, bool> fits = Matcher(range.Integers());

            Assert.Equal(expected, Enumerable.Range(-150, 301).Where(i => fits(i.ToString(CultureInfo.InvariantCulture))));
            Assert.All(["-0", "00", "01", "+1", "", "1.0"], text => Assert.False(fits(text), text));
        }
    }

    [Theory]
    [InlineData(0d, 1d)]
    [InlineData(-1.5, 2.25)]
    [InlineData(0.25, 0.5)]
    [InlineData(-0.5, -0.125)]
    [InlineData(1.05, 1.05)]
    [InlineData(null, -0.5)]
    [InlineData(1.2, null)]
    [InlineData(-3d, 0d)]
    public void Decimals_AreThoseBetweenTheBounds(double? min, double? max)
    {
        foreach (bool excludes in (ReadOnlySpan<bool>)[false, true])
        {
            var range = new NumberRange((decimal?)min, (decimal?)max, excludes, excludes);
            string[] numbers = [.. Enumerable.Range(-3200, 6401).SelectMany(Writings)];

            Func<string, bool> fits = Matcher(range.Decimals());

            Assert.Equal(
                numbers.Where(number => range.Contains(decimal.Parse(number, CultureInfo.InvariantCulture))),
                numbers.Where(fits));
            Assert.All(["00.5", "1.", ".5", "1e1", ""], text => Assert.False(fits(text), text));
        }
    }

    /// <summary>Thousandths with three digits behind the point, and with fewer where these say the same.</summary>
    private static IEnumerable<string> Writings(int thousandths)
    {
        string all = (thousandths / 1000m).ToString("0.000", CultureInfo.InvariantCulture);
        yield return all;
        for (int zeros = 1; zeros < 3 && all[^zeros] == '0'; zeros++)
        {
            yield return all[..^zeros];
        }

        if (all.EndsWith(".000", StringComparison.Ordinal))
        {
            yield return all[..^4];
        }
    }

    private static Func<string, bool> Matcher(Expression expression)
    {
        // Beside what is asked for, so that a range may be empty.
        PushdownAutomaton automaton = PushdownBuilder.Build(Expression.Any(expression, Expression.Text("none")));
        var lazy = new LazyAutomaton(automaton);
        return text => lazy.Step(lazy.Start, System.Text.Encoding.UTF8.GetBytes(text)).CanEnd;
    }
}
