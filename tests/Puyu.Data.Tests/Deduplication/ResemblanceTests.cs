using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Tests.Deduplication;

public class ResemblanceTests
{
    [Theory]
    [InlineData(0.4)]
    [InlineData(0.8)]
    [InlineData(1.0)]
    public void Find_AgreesWithComparingEveryPair(double threshold)
    {
        DeduplicationOptions options = new DeduplicationOptions { ShingleWords = 2, Threshold = threshold }.Validated();
        var random = new CounterRandom(1);
        string[] texts = Texts(100, ref random);
        string[] others = Texts(1500, ref random);

        bool[] actual = Resemblance.Find(texts, others, options, CancellationToken.None);

        bool[] expected = [.. texts.Select(text => others.Any(other => Jaccard(text, other) >= threshold))];
        Assert.Equal(expected, actual);
        Assert.InRange(expected.Count(found => found), 1, 99);
    }

    private static double Jaccard(string a, string b)
    {
        HashSet<string> ofA = Pairs(a);
        HashSet<string> ofB = Pairs(b);
        return (double)ofA.Intersect(ofB).Count() / ofA.Union(ofB).Count();
    }

    private static HashSet<string> Pairs(string text)
    {
        string[] words = text.Split(' ');
        return words.Length == 1 ? [text] : [.. words.Zip(words.Skip(1), (first, second) => $"{first} {second}")];
    }

    private static string[] Texts(int count, ref CounterRandom random)
    {
        string[] texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            string[] words = new string[1 + random.NextInt32(8)];
            for (int j = 0; j < words.Length; j++)
            {
                words[j] = $"w{random.NextInt32(16)}";
            }

            texts[i] = string.Join(' ', words);
        }

        return texts;
    }
}
