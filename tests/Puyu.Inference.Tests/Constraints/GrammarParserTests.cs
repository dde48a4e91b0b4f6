using Puyu.Abstractions.Engine;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Constraints;

public class GrammarParserTests
{
    private const string Arithmetic = """
        # sums of products
        root    ::= sum
        sum     ::= product ( [+-] product )*
        product ::= atom ( "*" atom )*
        atom    ::= [0-9]+ | "(" sum ")"
        """;

    [Theory]
    [InlineData("1", true)]
    [InlineData("(1+23)*4", true)]
    [InlineData("((((7))))-(8*9)", true)]
    [InlineData("", false)]
    [InlineData("1+", false)]
    [InlineData("(1", false)]
    [InlineData("1)", false)]
    public void Parse_FitsTextsOfTheGrammar(string text, bool fits)
    {
        Assert.Equal(fits, Constrained.Fits(new OutputConstraint.Grammar(Arithmetic), text));
    }

    [Theory]
    [InlineData("list ::= item | item ',' list\nitem ::= 'a'", "a,a,a", "a,")]
    [InlineData("s ::= 'a' s 'b' | \"\"", "aaabbb", "aaabb")]
    [InlineData("one ::= two{2,3}\ntwo ::= \"\\\"\" . '\\n'?", "\"é\"\n\n\"x", "\"é")]
    [InlineData("s ::= (\n 'a' # first\n | 'b')+", "abba", "abc")]
    [InlineData("x-1 ::= [^\\]\\u00e9-\\u00ea]", "]x", "é")]
    public void Parse_ReadsAllNotations(string grammar, string text, string other)
    {
        bool fits = Constrained.Fits(new OutputConstraint.Grammar(grammar), text);

        Assert.Equal(!text.StartsWith(']'), fits);
        Assert.False(Constrained.Fits(new OutputConstraint.Grammar(grammar), other));
    }

    [Theory]
    [InlineData("e ::= e '+' t | t\nt ::= 'x'", "rule e → e begins with itself, but a rule must read something before it recurs")]
    [InlineData(
        "root ::= a\na ::= 'z'? b\nb ::= a 'x' | 'y'",
        "rule a → b → a begins with itself, but a rule must read something before it recurs")]
    [InlineData("a ::= 'x' a", "no finite text fits the constraint, but at least one must")]
    [InlineData("a ::= b c", "grammar at position 9: rules are called but not defined: b, c")]
    [InlineData("a ::= 'x'\na ::= 'y'", "grammar at position 15: rule a is defined twice")]
    [InlineData("a ::= \"x", "grammar at position 8: a character is missing")]
    [InlineData("a = 'x'", "grammar at position 2: '::=' is missing")]
    [InlineData("", "grammar at position 0: at least one rule is needed")]
    public void Parse_SaysWhatIsWrong(string grammar, string problem)
    {
        string message = Constrained.Error(new OutputConstraint.Grammar(grammar));

        Assert.Equal(problem.Replace("a → b → a", Cycle(message), StringComparison.Ordinal), message);
    }

    /// <summary>A cycle may be told from any of its rules.</summary>
    private static string Cycle(string message) =>
        message.Contains("b → a → b", StringComparison.Ordinal) ? "b → a → b" : "a → b → a";
}
