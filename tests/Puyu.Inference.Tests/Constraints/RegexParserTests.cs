using System.Text.RegularExpressions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Constraints;

public class RegexParserTests
{
    [Theory]
    [InlineData("abc")]
    [InlineData("a|bc|")]
    [InlineData("(a|b)*c")]
    [InlineData("^a+b?$|^c{2,3}$")]
    [InlineData("[a-c]{2}[^a]")]
    [InlineData("(?:ab){1,2}(?<tail>c*?)")]
    [InlineData("(a*)*b")]
    [InlineData("\\w\\d?")]
    [InlineData("[^b-]|-a")]
    [InlineData("((a|b)(b|c)){0,2}")]
    [InlineData(".b.")]
    public void Parse_FitsWhatTheRuntimesExpressionMatches(string pattern)
    {
        var whole = new Regex($"\\A(?:{pattern})\\z", RegexOptions.ECMAScript);

        Assert.All(Texts("abc-1", 4), text => Assert.Equal(
            whole.IsMatch(text), Constrained.Fits(new OutputConstraint.Regex(pattern), text)));
    }

    [Theory]
    [InlineData("[é-ü]+", "éü", "e")]
    [InlineData("[一-龥]{2}", "名字", "名")]
    [InlineData(".", "😀", "😀😀")]
    [InlineData("[^a]", "😀", "a")]
    [InlineData("\\u{1F600}|\\uD83D\\uDE01", "😁", "😂")]
    [InlineData("\\p{Lu}\\p{Ll}*\\P{L}", "Éa1", "éa1")]
    [InlineData("\\x41\\u00e9\\.", "Aé.", "Aéx")]
    [InlineData("[\\s\\S]", "\u3000", "")]
    public void Parse_CountsCharactersNotBytes(string pattern, string text, string other)
    {
        Assert.True(Constrained.Fits(new OutputConstraint.Regex(pattern), text));
        Assert.False(Constrained.Fits(new OutputConstraint.Regex(pattern), other));
    }

    [Theory]
    [InlineData("a(?=b)", 1, "look-around is not supported")]
    [InlineData("(?<!b)a", 0, "look-around is not supported")]
    [InlineData("(a)\\1", 4, "'\\1' is not supported")]
    [InlineData("\\bword", 1, "'\\b' is not supported")]
    [InlineData("a++", 2, "possessive quantifiers are not supported")]
    [InlineData("(a", 2, "')' is missing")]
    [InlineData("a)", 1, "')' closes nothing")]
    [InlineData("*a", 0, "'*' repeats nothing")]
    [InlineData("a{3,2}", 6, "{3,2} counts down")]
    [InlineData("(^a)", 1, "'^' must begin the expression or one of its outermost alternatives")]
    [InlineData("[z-a]", 4, "a range counts down")]
    [InlineData("\\p{Klingon}", 3, "'\\p{Klingon}' is not supported; general categories such as L and Nd are")]
    public void Parse_SaysWhereAndWhy_WhenItRefuses(string pattern, int position, string problem)
    {
        Assert.Equal(
            $"regular expression '{pattern}' at position {position}: {problem}",
            Constrained.Error(new OutputConstraint.Regex(pattern)));
    }

    [Fact]
    public void Parse_RefusesWhatIsTooLarge()
    {
        Assert.Contains(
            "needs more than 200000 states",
            Constrained.Error(new OutputConstraint.Regex("((a{1000}){1000}){1000}")), StringComparison.Ordinal);
        Assert.Contains(
            "groups nest deeper than 100",
            Constrained.Error(new OutputConstraint.Regex(new string('(', 1000))), StringComparison.Ordinal);
        Assert.Contains(
            "may have 262144", Constrained.Error(new OutputConstraint.Regex(new string('a', 300_000))),
            StringComparison.Ordinal);
    }

    /// <summary>All texts of an alphabet up to a length.</summary>
    private static IEnumerable<string> Texts(string alphabet, int length) => Enumerable.Range(0, length)
        .Aggregate<int, IEnumerable<string>>([""], (texts, _) =>
            texts.SelectMany(text => alphabet.Select(letter => text + letter)).Append(""))
        .Distinct();
}
