using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Tests.Deduplication;

public class DeduplicatorTests
{
    private static readonly DeduplicationOptions _options = new DeduplicationOptions().Validated();

    [Fact]
    public void Find_TakesTextsThatDifferInCaseSpaceAndPunctuation_AsEqual()
    {
        Duplicates found =
            Deduplicator.Find(["One, two.", "other", "one  TWO", "一二", "一 二!"], _options, CancellationToken.None);

        Assert.Equal([-1, -1, 0, -1, 3], found.Of);
        Assert.Equal((2, 0), (found.Exact, found.Near));
    }

    [Fact]
    public void Find_RemovesTheSimilar_AndKeepsTheDifferent()
    {
        var random = new CounterRandom(1);
        string[] texts = [.. Enumerable.Range(0, 400).Select(_ => Sentence(ref random, 60))];
        string[] similar = [.. texts.Select(text => text + " and one more")];      // 59 of 62 shingles in common: 0.95
        string[] different = [.. texts.Select(text => string.Join(' ', text.Split(' ').Take(30)) + " cut")]; // 26 of 57

        Duplicates found =
            Deduplicator.Find([.. texts, .. similar, .. different], _options, CancellationToken.None);

        // The chance to miss one at 0.95 is (1 − 0.95^8)^14 < 1e-6; at 0.46 the estimate exceeds 0.8 by 7 deviations.
        Assert.Equal(Enumerable.Repeat(-1, 400), found.Of.Take(400));
        Assert.Equal(Enumerable.Range(0, 400), found.Of.Skip(400).Take(400));
        Assert.Equal(Enumerable.Repeat(-1, 400), found.Of.Skip(800));
    }

    [Fact]
    public void Words_AreSplitAtPunctuation_AndIdeographsStandAlone()
    {
        Assert.Equal(Hashes("one two3 语 言 x"), Hashes("One...TWO3语言X!"));
        Assert.Equal(5, Hashes("One...TWO3语言X!").Count);
        Assert.Empty(Hashes(" -- "));
    }

    /// <summary>Published hashes of MurmurHash3_x64_128 with seed 0.</summary>
    [Theory]
    [InlineData("", "00000000000000000000000000000000")]
    [InlineData("hello", "cbd8a7b341bd9b025b1e906a48ae1d19")]
    [InlineData("The quick brown fox jumps over the lazy dog", "e34bbc7bbc071b6c7a433ca9c49a9347")]
    public void Hash128_IsMurmur3(string text, string hash)
    {
        UInt128 actual = Hashing.Hash128(System.Text.Encoding.ASCII.GetBytes(text));

        Assert.Equal(hash, $"{(ulong)actual:x16}{(ulong)(actual >> 64):x16}");
    }

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new DeduplicationOptions { ShingleWords = 0, Bands = 0, Rows = 65, Threshold = 0 };

        string message = Assert.Throws<OptionsException>(options.Validated).Message;

        Assert.All(
            ["ShingleWords is 0", "Bands is 0", "Rows is 65", "Threshold is 0"],
            problem => Assert.Contains(problem, message, StringComparison.Ordinal));
    }

    private static List<ulong> Hashes(string text)
    {
        var hashes = new List<ulong>();
        Words.Hash(text, hashes);
        return hashes;
    }

    private static string Sentence(ref CounterRandom random, int words)
    {
        string[] sentence = new string[words];
        for (int i = 0; i < words; i++)
        {
            sentence[i] = $"w{random.NextInt32(1000)}";
        }

        return string.Join(' ', sentence);
    }
}
