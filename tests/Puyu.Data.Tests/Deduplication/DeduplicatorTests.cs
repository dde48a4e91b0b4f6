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

    /// <summary>
    /// The share of equal hashes is binomial with k = 112 and p = the Jaccard similarity. Over 500 pairs the mean is
    /// within 5 standard errors: 5 √(s(1 − s)/(112 · 500)) ≤ 0.0106.
    /// </summary>
    [Theory]
    [InlineData(10)]
    [InlineData(50)]
    [InlineData(200)]
    public void MinHash_EstimatesTheJaccardSimilarity(int common)
    {
        var minHash = new MinHash(_options with { ShingleWords = 1 });
        double expected = common / 250.0;
        var random = new CounterRandom(2);
        double sum = 0;
        for (int pair = 0; pair < 500; pair++)
        {
            ulong[] words = [.. Enumerable.Range(0, 250).Select(_ => random.NextUInt64())];
            int half = (250 - common) / 2;
            uint[] a = new uint[minHash.Stride];
            uint[] b = new uint[minHash.Stride];
            minHash.Sign(words.AsSpan(0, common + half), a);
            minHash.Sign([.. words[..common], .. words[(common + half)..]], b);
            sum += minHash.Similarity(a, b);
        }

        Assert.InRange((sum / 500) - expected, -0.0106, 0.0106);
    }

    [Fact]
    public void Sign_IsTheMinimumOverShingles_ComputedOneByOne()
    {
        var minHash = new MinHash(_options);
        var random = new CounterRandom(3);
        ulong[] words = [.. Enumerable.Range(0, 9).Select(_ => random.NextUInt64())];
        uint[] whole = new uint[minHash.Stride];
        minHash.Sign(words, whole);

        uint[] least = new uint[minHash.Stride];
        least.AsSpan().Fill(uint.MaxValue);
        for (int first = 0; first < 5; first++)
        {
            uint[] one = new uint[minHash.Stride];
            minHash.Sign(words.AsSpan(first, 5), one);
            for (int i = 0; i < least.Length; i++)
            {
                least[i] = Math.Min(least[i], one[i]);
            }
        }

        Assert.Equal(least, whole);
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
