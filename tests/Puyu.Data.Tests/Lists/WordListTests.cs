using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Lists;

namespace Puyu.Data.Tests.Lists;

public class WordListTests
{
    [Theory]
    [InlineData("ass", "The ass passed.", "ass")]
    [InlineData("ass", "Assess a class, ASS!", "ass")]
    [InlineData("new york city", "in new york new\nYORK\tcity now", "new york city")]
    [InlineData("naïve", "un NAÏVE", "naïve")]
    [InlineData("色情", "这是色情网站", "色情")]
    [InlineData("ａｂｃ", "x ABC y", "abc")]
    [InlineData("#1", "we are #1 and #12", "#1")]
    [InlineData("сука", "барсукам сука", "сука")]
    public void Find_FindsWholeWords_AndAnyOccurrenceWhereWordsAreNotSeparated(
        string word, string text, string expected)
    {
        Assert.Equal([expected], Find(new WordList([word], []), text).Select(found => found.Word));
    }

    [Fact]
    public void Find_LeavesOutWhatAnAllowedPhraseCovers()
    {
        var list = new WordList(["性", "sm"], ["性能", "SM"]);

        Assert.Equal([(4, "性")], Find(list, "性能和 性 sm").Select(found => (found.Start, found.Word)));
    }

    [Fact]
    public void Find_TakesOfOverlappingWordsTheFirstAndLongest()
    {
        var list = new WordList(["他妈", "他妈的", "妈的"], []);

        Assert.Equal([(1, 3), (5, 2)], Find(list, "去他妈的，妈的").Select(found => (found.Start, found.Length)));
    }

    [Fact]
    public void Find_AgreesWithTheObvious()
    {
        var random = new CounterRandom(11);
        for (int round = 0; round < 200; round++)
        {
            string[] words = [.. Enumerable.Range(0, 12).Select(_ => Draw(ref random, 1 + random.NextInt32(5)).Trim())
                .Where(word => word.Length > 0).Distinct()];
            string text = Draw(ref random, 300);

            Assert.Equal(Reference(words, text), Find(new WordList(words, []), text));
        }
    }

    [DataFact]
    public void Load_ReadsPublishedLists()
    {
        WordList list = WordList.Load(
            [TestData.File("safety", "ldnoobw_en.txt"), TestData.File("safety", "ldnoobw_zh.txt")], []);

        Assert.True(list.Count > 600, $"{list.Count} words");
        Assert.NotEmpty(Find(list, "what an asshole"));
        Assert.Empty(Find(list, "A classic assessment of Scunthorpe."));
    }

    private static List<WordOccurrence> Find(WordList list, string text)
    {
        var found = new List<WordOccurrence>();
        list.Find(text, found);
        return found;
    }

    /// <summary>At each place, the longest word that fits with its borders; then on behind it.</summary>
    private static List<WordOccurrence> Reference(string[] words, string text)
    {
        var found = new List<WordOccurrence>();
        for (int start = 0; start < text.Length;)
        {
            string? longest = words.Where(word => Fits(word, text, start)).MaxBy(word => word.Length);
            if (longest is not null)
            {
                found.Add(new WordOccurrence(start, longest.Length, longest));
            }

            start += longest?.Length ?? 1;
        }

        return found;
    }

    private static bool Fits(string word, string text, int start)
    {
        int end = start + word.Length;
        return end <= text.Length && text.AsSpan(start, word.Length).SequenceEqual(word)
            && !(IsLetter(word[0]) && start > 0 && IsLetter(text[start - 1]))
            && !(IsLetter(word[^1]) && end < text.Length && IsLetter(text[end]));
    }

    private static bool IsLetter(char c) => c is 'a' or 'b';

    private static string Draw(ref CounterRandom random, int length)
    {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++)
        {
            text.Append("ab -中文"[random.NextInt32(6)]);
        }

        return text.ToString();
    }
}
