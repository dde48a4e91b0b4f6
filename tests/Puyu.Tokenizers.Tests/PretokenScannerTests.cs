using System.Text;
using System.Text.RegularExpressions;
using Puyu.Abstractions;

namespace Puyu.Tokenizers.Tests;

public class PretokenScannerTests
{
    // The published patterns. (?i:'s) of their engine folds U+017F to s; .NET's does not, so it is spelled out.
    private const string Contraction = @"(?:'[sS\u017F]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private const string Words = @"[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";

    private static readonly Dictionary<SplitPattern, Regex> _reference = new()
    {
        [SplitPattern.Gpt2] = new(
            @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
        [SplitPattern.Cl100k] = new($@"{Contraction}|{Words}\p{{N}}{{1,3}}{Rest}"),
        [SplitPattern.Qwen2] = new($@"{Contraction}|{Words}\p{{N}}{Rest}"),
        [SplitPattern.O200k] = new(
            $@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+{Contraction}?|"
            + $@"[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*{Contraction}?"
            + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
    };

    // Each kind of character the patterns tell apart, in every width of UTF-8 below the surrogates.
    private static readonly string[] _alphabet =
    [
        "a", "b", "s", "t", "S", "T", "re", "'LL", "'ve", "'s", "'", "'", "ſ", "'ſ", "Z", "É", "é", "ß", "Ж", "ж", "ǅ",
        "ʰ", "中", "文", "の", "ا", "\u0301", "\u0903", "\u20DD", "1", "23", "½", "Ⅷ", "٣", " ", " ", "  ", "\t", "\r",
        "\n", "\r\n", "\u00A0", "\u2003", "\u3000", "\u0085", ".", ",", "!", "/", "//", "-", "_", "—", "，", "$", "€",
        "\0", "\u200B", "\uFEFF", "\uE000",
    ];

    public static TheoryData<SplitPattern> Patterns => [.. Enum.GetValues<SplitPattern>()];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Next_MatchesTheRegularExpression_OnRandomText(SplitPattern pattern)
    {
        var random = new CounterRandom(seed: 7, stream: (ulong)pattern);
        string[] texts = [.. Enumerable.Range(0, 4000).Select(_ => RandomText(ref random))];

        Assert.All(texts, text => Assert.Equal(
            _reference[pattern].Matches(text).Select(match => match.Value), Split(text, pattern)));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Next_TakesOtherPlanesApart_AsTheirCategorySays(SplitPattern pattern)
    {
        // Supplementary characters are two code units to .NET's expressions, so they are written out here:
        // a letter, a mathematical digit, an emoji with a skin tone.
        Assert.Equal(["𝒜𝒷", "𝟘", "👍🏽"], Split("𝒜𝒷𝟘👍🏽", pattern));
    }

    [Theory]
    [InlineData(SplitPattern.Gpt2, "I'll  pay $12.\n\n", new[] { "I", "'ll", " ", " pay", " $", "12", ".", "\n\n" })]
    [InlineData(SplitPattern.Cl100k, "I'LL  pay $1234.\n\n", new[]
        { "I", "'LL", " ", " pay", " $", "123", "4", ".\n\n" })]
    [InlineData(SplitPattern.Qwen2, "a 12", new[] { "a", " ", "1", "2" })]
    [InlineData(SplitPattern.O200k, "HTTPServer's /a/\n/b", new[] { "HTTPServer's", " /", "a", "/\n/", "b" })]
    public void Next_CutsWhereThePatternDoes(SplitPattern pattern, string text, string[] expected)
    {
        Assert.Equal(expected, Split(text, pattern));
    }

    private static string RandomText(ref CounterRandom random)
    {
        var text = new StringBuilder();
        int pieces = 1 + random.NextInt32(40);
        for (int i = 0; i < pieces; i++)
        {
            text.Append(_alphabet[random.NextInt32(_alphabet.Length)]);
        }

        return text.ToString();
    }

    private static List<string> Split(string text, SplitPattern pattern)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var pretokens = new List<string>();
        for (int at = 0; at < utf8.Length;)
        {
            int end = PretokenScanner.Next(utf8, at, pattern);
            pretokens.Add(Encoding.UTF8.GetString(utf8[at..end]));
            at = end;
        }

        return pretokens;
    }
}
