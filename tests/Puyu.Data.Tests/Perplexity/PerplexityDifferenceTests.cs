using System.Text.RegularExpressions;
using Puyu.Data.Classifiers;
using Puyu.Data.Perplexity;

namespace Puyu.Data.Tests.Perplexity;

public partial class PerplexityDifferenceTests
{
    [Fact]
    public void Of_IsNegative_WhereTheFirstHalfHelps()
    {
        string half = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"word{Letter(i)}{Letter(i / 7)}"));

        Assert.True(PerplexityDifference.Of(half + " " + half) < -1);
    }

    [Fact]
    public void Of_IsPositive_WhereTheFirstHalfDistracts()
    {
        // The same word over and over, after a hundred others: what was learned from these costs probability.
        string first = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"word{Letter(i)}{Letter(i / 7)}"));
        string second = string.Join(' ', Enumerable.Repeat("again", 100));

        Assert.True(PerplexityDifference.Of(first + " " + second) > 0);
    }

    [Fact]
    public void Of_SaysNothing_OfAShortText()
    {
        Assert.True(double.IsNaN(PerplexityDifference.Of("too short to say anything")));
    }

    [DataTheory]
    [InlineData("war_and_peace_utf8.txt", "红楼梦.txt", 0.99)]
    [InlineData("红楼梦.txt", "三国演义.txt", 0.95)]
    [InlineData("war_and_peace_utf8.txt", "wikitext2_test.txt", 0.95)]
    [InlineData("wikitext2_test.txt", "wikitext2_valid.txt", 0.95)]
    public void Of_TellsSplicedFromIntactChapters(string firstFile, string secondFile, double least)
    {
        List<string> first = Chapters(firstFile);
        List<string> second = Chapters(secondFile);
        int count = Math.Min(first.Count, second.Count);
        string[] spliced = [.. Enumerable.Range(0, count).SelectMany(i => new[]
        {
            Splice(first[i], second[(i * 7 + 3) % second.Count]), Splice(second[i], first[(i * 5 + 2) % first.Count]),
        })];

        string[] all = [.. first, .. second, .. spliced];
        double auc = RankStatistics.Auc(
            [.. all.Select(text => (float)PerplexityDifference.Of(text))],
            [.. all.Select((_, i) => i >= first.Count + second.Count)]);

        Assert.True(count >= 30, $"{count} chapters");
        Assert.True(auc >= least, $"AUC is {auc}");
    }

    /// <summary>The first half of one and the second of the other, of equal lengths so that the cut is the middle.
    /// </summary>
    private static string Splice(string before, string after)
    {
        var first = new List<ulong>();
        int length = Math.Min(before.Length, after.Length) / 2;
        TextUnits.Hash(before.AsSpan(0, length), first);
        var second = new List<ulong>();
        string end = after[^length..];
        TextUnits.Hash(end, second);
        int units = Math.Min(first.Count, second.Count);
        return Shorten(before[..length], first.Count, units, fromEnd: true) + "\n"
            + Shorten(end, second.Count, units, fromEnd: false);
    }

    /// <summary>About so many units of a text, from its end or its beginning.</summary>
    private static string Shorten(string text, int units, int keep, bool fromEnd)
    {
        int characters = (int)((long)text.Length * keep / units);
        return fromEnd ? text[^characters..] : text[..characters];
    }

    private static List<string> Chapters(string file)
    {
        string text = File.ReadAllText(TestData.File("corpora", file));
        return [.. Heading().Split(text).Where(chapter => chapter.Length >= 4000)];
    }

    private static char Letter(int i) => (char)('a' + (i % 26));

    [GeneratedRegex(@"^(?:CHAPTER [IVXL]+\s*$|.{0,6}第.{1,9}回| = [^=]+ = \r?$)", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
